//! Every bound of the product, in one place, each with its reason.
//!
//! A limit that is reached gives a typed refusal (`error.rs`), never a panic.

use crate::domain::time::Millis;

/// Bytes in a text id. Long enough for any `sub`; short enough for a storage key.
pub const ID_BYTES_MAX: usize = 200;
/// Bytes in a client id. It is kept in memory for deduplication.
pub const CLIENT_ID_BYTES_MAX: usize = 64;
/// Characters in a message (SEMANTICS, Limits).
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// Characters in a private note: as in a message.
pub const NOTE_CHARS_MAX: usize = MESSAGE_CHARS_MAX;
/// Tags of one conversation. They are kept with every live conversation and shown in lists.
pub const TAGS_MAX: usize = 20;
/// Characters in a tag.
pub const TAG_CHARS_MAX: usize = 50;
/// Characters in a subject that an agent writes: it is a line in a list.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Characters of the customer's first message that become the subject.
pub const SUBJECT_FROM_MESSAGE_CHARS: usize = 80;
/// Characters in the reason of a transfer.
pub const TRANSFER_REASON_CHARS_MAX: usize = 500;
/// Colleagues consulted about one conversation at once.
pub const CONSULTANTS_MAX: usize = 5;
/// Bytes in one WebSocket frame or JSON request body (SEMANTICS, Limits).
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Fragments of one WebSocket message; more is an attempt to hold memory.
pub const FRAGMENTS_MAX: usize = 64;
/// Values in a conversation's context.
pub const CONTEXT_VALUES_MAX: usize = 100;
/// Characters in one context value.
pub const CONTEXT_VALUE_CHARS_MAX: usize = 4_000;
/// Characters in one context key.
pub const CONTEXT_KEY_CHARS_MAX: usize = 100;
/// Messages in a history page unless the caller asks otherwise.
pub const HISTORY_PAGE: usize = 50;
/// Messages in a history page at most.
pub const HISTORY_PAGE_MAX: usize = 200;
/// Bytes of text in a history page; one with longer messages ends early. Bounds what the
/// answers to a client that asks and does not read can hold.
pub const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Pages, lists and journals that one socket may be without.
pub const PAGES_IN_FLIGHT_MAX: usize = 4;
/// Conversations in a list page unless the caller asks otherwise.
pub const LIST_PAGE: usize = 50;
/// Conversations in a list page at most.
pub const LIST_PAGE_MAX: usize = 250;
/// Rows of the directory that one list or count looks at: bounds how long it holds a reader.
pub const LIST_ROWS_MAX: usize = 10_000;
/// Between two parts of what a session watches: about four a second are as many as a person
/// takes in, and changes in between are told as one.
pub const WATCH_PACE: Millis = Millis(250);
/// Conversations in one part of what a session watches: a part is written as one frame.
pub const WATCH_PART_MAX: usize = 500;
/// How long counters are kept: a year, and the month before it to compare with.
pub const STATISTICS_KEPT: Millis = Millis::days(400);
/// Old counters that one write deletes at most.
pub const STATISTICS_FORGOTTEN_AT_ONCE: usize = 1_000;
/// Steps of time in one answer about statistics: a month in quarters of an hour.
pub const STATISTICS_STEPS_MAX: usize = 3_000;
/// Characters in a list's `text` or `tag`.
pub const LIST_TEXT_CHARS_MAX: usize = 200;
/// Conversations in one bulk action: their ids fit a body.
pub const BULK_MAX: usize = 1_000;
/// Conversations of one bulk action that are worked on at once: a bulk must not crowd out
/// everybody else's requests.
pub const BULK_AT_ONCE: usize = 16;
/// A bulk action begins nothing more after this time, so that its answer comes while
/// somebody still waits for it.
pub const BULK_TIME_MAX: Millis = Millis::seconds(60);
/// Open sockets of one customer.
pub const SOCKETS_PER_CUSTOMER_MAX: usize = 10;
/// Open sockets of one agent.
pub const SOCKETS_PER_AGENT_MAX: usize = 20;
/// Conversations one socket may be subscribed to.
pub const SUBSCRIPTIONS_PER_SESSION_MAX: usize = 64;
/// Requests of one session that may be without an answer.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 64;
/// Customer messages in [`CUSTOMER_RATE_WINDOW`].
pub const CUSTOMER_RATE_MESSAGES: usize = 20;
/// The window of the customer message rate.
pub const CUSTOMER_RATE_WINDOW: Millis = Millis::seconds(10);
/// Sessions (assignments) an agent holds at once, whatever the units.
pub const AGENT_SESSIONS_MAX: usize = 10;
/// How often one conversation is offered to one agent.
pub const OFFERS_PER_AGENT_MAX: u8 = 3;
/// Candidates listed in an explanation; the rest is counted.
pub const EXPLAINED_CANDIDATES_MAX: usize = 20;
/// Overflows of one wait: bounds a way through queues that send to each other.
pub const OVERFLOW_HOPS_MAX: usize = 5;
/// A customer is told again of a better place in line no sooner than this, but for the first place.
pub const PLACE_TOLD_EVERY: Millis = Millis::seconds(30);
/// An average of fewer waits than this is not told.
pub const AVERAGE_WAIT_SAMPLES_MIN: u32 = 5;
/// An average whose last wait is longer ago than this is not told.
pub const AVERAGE_WAIT_FRESH: Millis = Millis::hours(1);
/// A socket must say hello within this time.
pub const HELLO_DEADLINE: Millis = Millis::seconds(5);
/// The server pings this often, and closes after three silent intervals.
pub const HEARTBEAT_INTERVAL: Millis = Millis::seconds(20);
/// A long poll is answered after this time at the latest.
pub const LONG_POLL_MAX: Millis = Millis::seconds(60);
/// A vanished agent's presence is restored if a connection returns within this time.
pub const PRESENCE_GRACE: Millis = Millis::seconds(150);
/// How long an HTTP request keeps the customer of a live conversation here; more than a long poll,
/// so that whoever polls is never gone.
pub const VISIT_GRACE: Millis = Millis::seconds(150);
/// After a start of the server customers need a moment to reconnect.
pub const RECONNECT_GRACE: Millis = Millis::seconds(30);
/// Active conversations of an agent gone longer than this go back to the queue.
pub const ABSENCE_LIMIT: Millis = Millis::minutes(8);
/// Messages a subscriber may have unconsumed: bounds what a frozen reader holds.
pub const CREDIT_WINDOW: u32 = 32;
/// Credit that a client may pile up with one subscription.
pub const CREDIT_MAX: u32 = 1_600;
/// Messages kept in memory with an awake conversation, for readers that are nearly up to date.
pub const RECENT_RING: usize = 64;
/// Client ids loaded with a conversation. Those of conversations with more are looked up in
/// the store.
pub const DEDUP_LOADED_MAX: usize = 4_096;
/// Client ids kept whole with an awake conversation, and up to twice as many before it forgets.
pub const DEDUP_RECENT: usize = 128;
/// Hashes of older client ids kept with an awake conversation, 16 bytes each or less. One with
/// more asks the store about every client id.
pub const DEDUP_OLDER_MAX: usize = 65_536;
/// Events between two snapshots of a conversation: bounds the replay when it wakes.
pub const SNAPSHOT_EVERY: u64 = 256;
/// Messages between two rows of the sequence index: bounds the scan of a history page.
pub const SEQ_INDEX_EVERY: u64 = 16;
/// A conversation nobody is attached to leaves memory after this time.
pub const IDLE_BEFORE_SLEEP: Millis = Millis::seconds(60);
/// Deaths within [`DEATH_WINDOW`] that park a conversation for an operator.
pub const DEATHS_BEFORE_PARKING: usize = 3;
/// The window in which deaths are counted.
pub const DEATH_WINDOW: Millis = Millis::minutes(1);
/// Requests that wait for a conversation to wake; more are refused as overloaded.
pub const WAITERS_PER_ACTIVATION_MAX: usize = 2_048;
/// Batches queued for the writer before new commands are refused as overloaded.
pub const WRITER_QUEUE_MAX: usize = 65_536;
/// Batches in one group commit: bounds the latency of the first of them.
pub const GROUP_COMMIT_MAX: usize = 4_096;
/// Bytes in one group commit.
pub const GROUP_COMMIT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Reads queued for the reader pool before new ones are refused as overloaded.
pub const READER_QUEUE_MAX: usize = 16_384;
/// Reader threads.
pub const READER_THREADS: usize = 2;
/// Timer rows looked at in one go after a change of the configuration: bounds how long the
/// sweep keeps one reader and how many writes it hands over at once.
pub const TIMERS_SWEPT_AT_ONCE: usize = 256;
/// Bytes of a stored record at most; a longer length field is damage.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a company file sent over HTTP: comments and layout beside what is stored.
pub const COMPANY_FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// A customer's socket is asked for a new token this long before the one it has is not
/// accepted any more: at its `exp`, with the usual leeway.
pub const RENEWAL_ASKED_BEFORE: Millis = Millis::seconds(60);
/// The token of a device has to be exchanged within this time; it can be for much longer.
pub const DEVICE_TOKEN_TIME: Millis = Millis::days(30);
/// Whoever asks for something that concerns all conversations of a customer waits for it so
/// long; it goes on without them.
pub const AFFAIR_WAIT_MAX: Millis = Millis::seconds(30);
/// New devices in [`DEVICES_WINDOW`], whoever asks for them: each is a row in the store.
pub const DEVICES_NAMED_MAX: u32 = 1_000;
/// The window in which new devices are counted.
pub const DEVICES_WINDOW: Millis = Millis::minutes(1);
/// Keys that customers' tokens are verified with are fetched this often.
pub const JWKS_REFRESH_EVERY: Millis = Millis::minutes(15);
/// A token with a key that nobody knows makes the server fetch the keys at most this often:
/// anybody can make up such tokens.
pub const JWKS_ASK_AGAIN_AFTER: Millis = Millis::minutes(1);
/// How long such a token waits for the answer.
pub const JWKS_WAIT_MAX: Millis = Millis::seconds(3);
/// The pause after the first fetch that failed; it doubles with each.
pub const JWKS_BACKOFF_MIN: Millis = Millis::seconds(5);
/// The longest pause between fetches that fail.
pub const JWKS_BACKOFF_MAX: Millis = Millis::minutes(15);
/// Bytes of a key document.
pub const JWKS_BYTES_MAX: usize = 256 * 1024;
/// Keys of a document that are looked at.
pub const JWKS_KEYS_MAX: usize = 100;
/// A sign-in that is not used for this long has ended.
pub const SIGN_IN_IDLE: Millis = Millis::hours(1);
/// A sign-in has ended after this time, however much it is used: longer than a shift.
pub const SIGN_IN_LIFE: Millis = Millis::hours(12);
/// The use of a sign-in is written down this often: not at every request.
pub const SIGN_IN_NOTED_EVERY: Millis = Millis::minutes(5);
/// Sign-ins of one agent at once; one more ends the one that was not used for longest.
pub const SIGN_INS_PER_AGENT_MAX: usize = 20;
/// API keys of the company.
pub const API_KEYS_MAX: usize = 500;
/// Tries to sign in as one agent from one address before there is a wait.
pub const SIGN_IN_TRIES: u64 = 5;
/// After them, one more comes back after each such time.
pub const SIGN_IN_TRY_EVERY: Millis = Millis::seconds(30);
/// Tries to sign in from one address, whoever as: many people may share one.
pub const SIGN_IN_TRIES_PER_ADDRESS: u64 = 30;
/// After them, one more comes back after each such time.
pub const SIGN_IN_TRY_EVERY_PER_ADDRESS: Millis = Millis::seconds(10);
/// Tries to sign in as one agent from all addresses from which they never have.
pub const SIGN_IN_TRIES_PER_AGENT: u64 = 20;
/// After them, one more comes back after each such time.
pub const SIGN_IN_TRY_EVERY_PER_AGENT: Millis = Millis::seconds(10);
/// Accounts of tries that are kept of each kind.
pub const ATTEMPTS_KEPT_MAX: usize = 10_000;
/// Characters in a password at least: length is what counts.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Bytes in a password at most.
pub const PASSWORD_BYTES_MAX: usize = 512;
/// Passwords that are hashed at once: each takes 19 MiB and a core.
pub const PASSWORDS_AT_ONCE: usize = 2;
/// Passwords that wait to be hashed; more are refused as overloaded.
pub const PASSWORDS_WAITING_MAX: usize = 32;
/// Sign-ins with an identity provider that are under way.
pub const PROVIDER_SIGN_INS_MAX: usize = 4_096;
/// A sign-in with an identity provider must come back within this time.
pub const PROVIDER_SIGN_IN_WITHIN: Millis = Millis::minutes(10);

const _: () = assert!(SIGN_IN_NOTED_EVERY.0 * 2 < SIGN_IN_IDLE.0);
/// A token bucket: so many at once, and as many again spread over `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub count: u32,
    /// In this time the bucket is full again.
    pub per: Millis,
}

const fn rate(count: u32, per: Millis) -> Rate {
    Rate { count, per }
}

/// HTTP requests of one address: a whole office may sit behind one.
pub const REQUESTS_PER_ADDRESS: Rate = rate(3_000, Millis::minutes(1));
/// Handshakes of one address: an office that comes back after a restart, all at once.
pub const SOCKETS_PER_ADDRESS: Rate = rate(300, Millis::minutes(1));
/// Credentials of one address that did not verify. Honest clients send none.
pub const FAILURES_PER_ADDRESS: Rate = rate(30, Millis::minutes(1));
/// Conversations started from one address.
pub const STARTS_PER_ADDRESS: Rate = rate(120, Millis::minutes(1));
/// HTTP requests of one customer: a long poll, marks, typing.
pub const REQUESTS_PER_CUSTOMER: Rate = rate(300, Millis::minutes(1));
/// Handshakes of one customer: ten sockets that reconnect over a bad line.
pub const SOCKETS_PER_CUSTOMER: Rate = rate(60, Millis::minutes(1));
/// Starts of one customer; one that exists already counts as well.
pub const STARTS_PER_CUSTOMER: Rate = rate(20, Millis::minutes(1));
/// Files of one customer.
pub const UPLOADS_PER_CUSTOMER: Rate = rate(20, Millis::minutes(1));
/// HTTP requests of one agent: desks poll, and integrations work in bulk.
pub const REQUESTS_PER_AGENT: Rate = rate(1_200, Millis::minutes(1));
/// Handshakes of one agent.
pub const SOCKETS_PER_AGENT: Rate = rate(60, Millis::minutes(1));
/// Messages and notes of one agent: ten conversations at once, typed or inserted.
pub const MESSAGES_PER_AGENT: Rate = rate(120, Millis::minutes(1));
/// Files of one agent.
pub const UPLOADS_PER_AGENT: Rate = rate(60, Millis::minutes(1));
/// Handshakes through one widget.
pub const SOCKETS_PER_WIDGET: Rate = rate(6_000, Millis::minutes(1));
/// Conversations started through one widget: more is a script, or a very good day.
pub const STARTS_PER_WIDGET: Rate = rate(1_200, Millis::minutes(1));
/// Whom one kind of token bucket knows at most; whoever comes then shares one bucket with
/// all others that come then.
pub const BUCKETS_MAX: usize = 65_536;
/// HTTP requests of one customer under way at once: each may hold a page.
pub const REQUESTS_UNDER_WAY_PER_CUSTOMER_MAX: usize = 16;
/// HTTP requests of one agent under way at once.
pub const REQUESTS_UNDER_WAY_PER_AGENT_MAX: usize = 64;
/// Bytes of an answer given to the connection at once; the rest is held, and counts as under
/// way, until the client has read what came before.
pub const ANSWER_PORTION_BYTES: usize = 16 * 1024;
/// Bytes of messages that wait for one socket. What follows is read again from the store when
/// the socket takes more.
pub const SOCKET_BYTES_MAX: usize = 1024 * 1024;
/// Events in a page of the journal unless asked otherwise.
pub const JOURNAL_PAGE: usize = 200;
/// Events in a page of the journal at most.
pub const JOURNAL_PAGE_MAX: usize = 500;
/// Records of the audit that are looked at for one page, however few of them are wanted.
pub const AUDIT_LOOK_AT_MAX: usize = 20_000;
/// Records in a portion of an exported audit.
pub const AUDIT_EXPORT_PAGE: usize = 500;
/// The time over which refusals are counted for the audit.
pub const AUDIT_MINUTE_MILLIS: i64 = 60_000;
/// Refusals of one address that are kept in a minute; the rest is counted.
pub const AUDIT_REFUSALS_PER_ADDRESS: u32 = 10;
/// Refusals that are kept in a minute, of all addresses: 35 MB a day at the very most.
pub const AUDIT_REFUSALS_PER_MINUTE: u32 = 120;
/// Addresses whose refusals are counted apart.
pub const AUDIT_ADDRESSES_MAX: usize = 1_000;
/// Records in a minute about refusals that were left out.
pub const AUDIT_SUMMARIES_MAX: usize = 20;
/// Hops of a proxy header that are looked at, from the right.
pub const PROXY_HOPS_MAX: usize = 16;
/// Masking rules of a company's own.
pub const MASKING_RULES_MAX: usize = 20;
/// Characters of a masking pattern.
pub const MASKING_PATTERN_CHARS_MAX: usize = 1_000;
/// Bytes of a masking pattern once it is made ready, so that no text takes long.
pub const MASKING_PATTERN_BYTES_MAX: usize = 256 * 1024;
/// Groups within groups of a masking pattern.
pub const MASKING_PATTERN_DEPTH_MAX: u32 = 50;
/// Characters of what stands instead of a match.
pub const MASKING_REPLACEMENT_CHARS_MAX: usize = 100;

const _: () = assert!(
    CREDIT_WINDOW as usize <= RECENT_RING,
    "a reader within its credit is served from memory"
);
const _: () = assert!(HISTORY_PAGE <= HISTORY_PAGE_MAX && LIST_PAGE <= LIST_PAGE_MAX);
const _: () = assert!(
    MESSAGE_CHARS_MAX * 4 < FRAME_BYTES_MAX,
    "the longest message fits a frame"
);
const _: () = assert!(
    MESSAGE_CHARS_MAX * 4 < PAGE_BYTES_MAX,
    "a page holds the longest message"
);
const _: () = assert!(
    BULK_MAX * 40 < FRAME_BYTES_MAX,
    "the ids of the largest bulk action fit a body"
);
const _: () = assert!(CLIENT_ID_BYTES_MAX <= ID_BYTES_MAX);
