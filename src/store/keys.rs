//! The keys of every table, made and read in one place.
//!
//! Numbers are big-endian so that byte order is number order. Text ids are followed by a
//! zero byte wherever something follows them; ids hold no control characters, so no id can
//! be mistaken for the beginning of a longer one.

use crate::domain::ids::{
    AgentId, ClientId, ConversationId, CustomerId, Position, Seq, WorkstreamId,
};
use crate::domain::message::{Author, DedupKey, Sender};
use crate::domain::note::NoteNumber;
use crate::domain::statistics::Bucket;
use crate::domain::time::Timestamp;

/// Bytes of a conversation id in a key.
pub(super) const ID_BYTES: usize = 16;

/// `meta`: the format of the store.
pub(super) const META_FORMAT: &[u8] = b"format";
/// `meta`: the configuration.
pub(super) const META_COMPANY: &[u8] = b"company";
/// `meta`: conversations set aside; a conversation id follows.
pub(super) const META_PARKED: &[u8] = b"parked/";

/// `meta`: the revision of the configuration that every timer row follows.
pub(super) const META_SWEPT: &[u8] = b"swept";
/// The number of the last record of the audit.
pub(super) const META_AUDITED: &[u8] = b"audited";

const SENDER_CUSTOMER: u8 = 1;
const SENDER_AGENT: u8 = 2;
const SENDER_NOTES: u8 = 3;
const TIMER_BY_DUE: u8 = 1;
const TIMER_BY_CONVERSATION: u8 = 2;

/// The first key after all keys that begin with `prefix`; `None` if there is none.
pub(super) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// The conversation that a key begins with, for tables ordered by conversation.
pub(super) fn leading_conversation(key: &[u8]) -> Option<ConversationId> {
    key.first_chunk::<ID_BYTES>()
        .map(|bytes| ConversationId::from_bytes(*bytes))
}

/// The conversation that a key ends with.
pub(super) fn trailing_conversation(key: &[u8]) -> Option<ConversationId> {
    key.last_chunk::<ID_BYTES>()
        .map(|bytes| ConversationId::from_bytes(*bytes))
}

fn numbered(conversation: ConversationId, number: u64) -> [u8; 24] {
    let mut key = [0; 24];
    key[..ID_BYTES].copy_from_slice(&conversation.to_bytes());
    key[ID_BYTES..].copy_from_slice(&number.to_be_bytes());
    key
}

/// `journal`: conversation, position.
pub(super) fn journal(conversation: ConversationId, position: Position) -> [u8; 24] {
    numbered(conversation, position.0)
}

/// `seq_index`: conversation, sequence.
pub(super) fn seq_index(conversation: ConversationId, seq: Seq) -> [u8; 24] {
    numbered(conversation, seq.0)
}

/// `notes`: conversation, number.
pub(super) fn note(conversation: ConversationId, number: NoteNumber) -> [u8; 24] {
    numbered(conversation, number.0)
}

/// The number at the end of a `journal`, `seq_index` or `notes` key.
pub(super) fn number(key: &[u8]) -> Option<u64> {
    let number = key.get(ID_BYTES..)?;
    Some(u64::from_be_bytes(number.try_into().ok()?))
}

/// `dedup`: conversation, sender, client id, written into a reused buffer. Says whether
/// the author is one whose messages are recognised when repeated; system messages are not.
pub(super) fn dedup_into(
    key: &mut Vec<u8>,
    conversation: ConversationId,
    author: &Author,
    client_id: &ClientId,
) -> bool {
    key.clear();
    key.extend_from_slice(&conversation.to_bytes());
    match author {
        Author::Customer => key.push(SENDER_CUSTOMER),
        Author::Agent(agent) => push_agent_sender(key, SENDER_AGENT, agent),
        Author::System(_) => return false,
    }
    key.extend_from_slice(client_id.as_str().as_bytes());
    true
}

fn push_agent_sender(key: &mut Vec<u8>, tag: u8, agent: &AgentId) {
    key.push(tag);
    key.extend_from_slice(agent.as_str().as_bytes());
    key.push(0);
}

/// `dedup`: conversation, sender, client id.
pub(super) fn dedup(conversation: ConversationId, of: &DedupKey) -> Vec<u8> {
    let mut key = Vec::with_capacity(ID_BYTES + 40);
    key.extend_from_slice(&conversation.to_bytes());
    match &of.sender {
        Sender::Customer => key.push(SENDER_CUSTOMER),
        Sender::Agent(agent) => push_agent_sender(&mut key, SENDER_AGENT, agent),
        Sender::Notes(agent) => push_agent_sender(&mut key, SENDER_NOTES, agent),
    }
    key.extend_from_slice(of.client_id.as_str().as_bytes());
    key
}

/// The sender and client id of a `dedup` key.
pub(super) fn parse_dedup(key: &[u8]) -> Option<DedupKey> {
    let (&tag, rest) = key.get(ID_BYTES..)?.split_first()?;
    let (sender, client_id) = match tag {
        SENDER_CUSTOMER => (Sender::Customer, rest),
        SENDER_AGENT | SENDER_NOTES => {
            let end = rest.iter().position(|byte| *byte == 0)?;
            let agent = AgentId::parse(std::str::from_utf8(&rest[..end]).ok()?).ok()?;
            let sender = if tag == SENDER_AGENT {
                Sender::Agent(agent)
            } else {
                Sender::Notes(agent)
            };
            (sender, &rest[end + 1..])
        }
        _ => return None,
    };
    let client_id = ClientId::parse(std::str::from_utf8(client_id).ok()?).ok()?;
    Some(DedupKey { sender, client_id })
}

/// A text id and its separator: the prefix of what belongs to it.
fn owned(owner: &str, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(owner.len() + 1 + rest.len());
    key.extend_from_slice(owner.as_bytes());
    key.push(0);
    key.extend_from_slice(rest);
    key
}

/// The owner and the rest of a key made of a text id, a separator and something else.
pub(super) fn parse_owned(key: &[u8]) -> Option<(&str, &[u8])> {
    let end = key.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&key[..end]).ok()?, &key[end + 1..]))
}

/// `customers`: everything of one customer begins with this.
pub(super) fn customer_prefix(customer: &CustomerId) -> Vec<u8> {
    owned(customer.as_str(), &[])
}

/// `customers`: customer, conversation.
pub(super) fn customer(customer: &CustomerId, conversation: ConversationId) -> Vec<u8> {
    owned(customer.as_str(), &conversation.to_bytes())
}

/// `current`: customer, workstream.
pub(super) fn current(customer: &CustomerId, workstream: &WorkstreamId) -> Vec<u8> {
    owned(customer.as_str(), workstream.as_str().as_bytes())
}

/// `waiting`: everything of one agent begins with this.
pub(super) fn waiting_prefix(agent: &AgentId) -> Vec<u8> {
    owned(agent.as_str(), &[])
}

/// `waiting`: agent, conversation.
pub(super) fn waiting(agent: &AgentId, conversation: ConversationId) -> Vec<u8> {
    owned(agent.as_str(), &conversation.to_bytes())
}

/// `timers`: due time, conversation; in the order in which they are due.
pub(super) fn timer_by_due(due: Timestamp, conversation: ConversationId) -> [u8; 25] {
    let mut key = [TIMER_BY_DUE; 25];
    key[1..9].copy_from_slice(&ordered(due));
    key[9..].copy_from_slice(&conversation.to_bytes());
    key
}

/// Everything in `timers` that is ordered by due time begins with this.
pub(super) const TIMERS_BY_DUE: &[u8] = &[TIMER_BY_DUE];
/// Everything in `timers` that is ordered by conversation begins with this.
pub(super) const TIMERS_BY_CONVERSATION: &[u8] = &[TIMER_BY_CONVERSATION];

/// `timers`: conversation; the value is its due time.
pub(super) fn timer_of(conversation: ConversationId) -> [u8; 17] {
    let mut key = [TIMER_BY_CONVERSATION; 17];
    key[1..].copy_from_slice(&conversation.to_bytes());
    key
}

/// Due time and conversation of a `timers` key that is ordered by due time.
pub(super) fn parse_timer_by_due(key: &[u8]) -> Option<(Timestamp, ConversationId)> {
    let rest = key.strip_prefix(TIMERS_BY_DUE)?;
    if rest.len() != 8 + ID_BYTES {
        return None;
    }
    let due = u64::from_be_bytes(*rest.first_chunk()?) ^ SIGN;
    Some((Timestamp(due.cast_signed()), trailing_conversation(rest)?))
}

const SIGN: u64 = 1 << 63;

/// Bytes that sort as the times do, also before 1970.
fn ordered(time: Timestamp) -> [u8; 8] {
    (time.0.cast_unsigned() ^ SIGN).to_be_bytes()
}

/// `audit`: time, number. The number is used once, so no record replaces another.
pub(super) fn audit(at: Timestamp, seq: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&ordered(at));
    key[8..].copy_from_slice(&seq.to_be_bytes());
    key
}

/// Time and number of an `audit` key.
pub(super) fn parse_audit(key: &[u8]) -> Option<(Timestamp, u64)> {
    let (at, seq) = key.split_first_chunk::<8>()?;
    let at = u64::from_be_bytes(*at) ^ SIGN;
    let seq = u64::from_be_bytes(seq.try_into().ok()?);
    Some((Timestamp(at.cast_signed()), seq))
}

/// `statistics`: the beginning of the bucket, workstream.
pub(super) fn statistics(bucket: Bucket, workstream: &WorkstreamId) -> Vec<u8> {
    let mut key = statistics_from(bucket).to_vec();
    key.extend_from_slice(workstream.as_str().as_bytes());
    key
}

/// Where the rows of a bucket begin.
pub(super) fn statistics_from(bucket: Bucket) -> [u8; 8] {
    ordered(bucket.begins())
}

/// Bucket and workstream of a `statistics` key.
pub(super) fn parse_statistics(key: &[u8]) -> Option<(Bucket, WorkstreamId)> {
    let (begins, workstream) = key.split_first_chunk::<8>()?;
    let begins = Timestamp((u64::from_be_bytes(*begins) ^ SIGN).cast_signed());
    let bucket = Bucket::of(begins);
    let workstream = std::str::from_utf8(workstream).ok()?;
    let workstream = WorkstreamId::parse(workstream).ok()?;
    (bucket.begins() == begins).then_some((bucket, workstream))
}

/// The hash that a key of `sign_ins` or `api_keys` is: 64 hexadecimal digits.
pub(super) fn parse_hash(key: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(key).ok()?;
    let is_hash = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then_some(text)
}

/// The agent that a key of `accounts` is.
pub(super) fn parse_agent(key: &[u8]) -> Option<AgentId> {
    AgentId::parse(std::str::from_utf8(key).ok()?).ok()
}

/// `meta`: a conversation set aside.
pub(super) fn parked(conversation: ConversationId) -> Vec<u8> {
    [META_PARKED, &conversation.to_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> ConversationId {
        ConversationId(n)
    }

    fn client(text: &str) -> ClientId {
        ClientId::parse(text).expect("a valid id")
    }

    fn agent(text: &str) -> AgentId {
        AgentId::parse(text).expect("a valid id")
    }

    #[test]
    fn journal_keys_sort_by_conversation_and_then_by_position() {
        let ascending = [
            journal(id(1), Position(255)),
            journal(id(1), Position(256)),
            journal(id(2), Position(1)),
            journal(id(u128::MAX), Position(u64::MAX)),
        ];
        assert!(ascending.is_sorted());
        assert_eq!(leading_conversation(&ascending[1]), Some(id(1)));
        assert_eq!(number(&ascending[1]), Some(256));
    }

    #[test]
    fn timer_keys_sort_by_time_also_before_1970() {
        let times = [i64::MIN, -1, 0, 1, 1_700_000_000_000, i64::MAX];
        let keys: Vec<_> = times
            .iter()
            .map(|t| timer_by_due(Timestamp(*t), id(9)))
            .collect();
        assert!(keys.is_sorted());
        for (key, time) in keys.iter().zip(times) {
            assert_eq!(parse_timer_by_due(key), Some((Timestamp(time), id(9))));
        }
    }

    #[test]
    fn a_dedup_key_reads_back_its_sender_and_client_id() {
        let cases = [
            DedupKey {
                sender: Sender::Customer,
                client_id: client("x"),
            },
            DedupKey {
                sender: Sender::Agent(agent("anna")),
                client_id: client("x"),
            },
            DedupKey {
                sender: Sender::Notes(agent("anna")),
                client_id: client("x"),
            },
            DedupKey {
                sender: Sender::Agent(agent("ann")),
                client_id: client("ax"),
            },
        ];
        let keys: Vec<_> = cases.iter().map(|case| dedup(id(7), case)).collect();
        for (key, case) in keys.iter().zip(&cases) {
            assert_eq!(parse_dedup(key).as_ref(), Some(case));
        }
        assert!(
            keys[0] != keys[1] && keys[1] != keys[2],
            "no two senders share a key"
        );
    }

    #[test]
    fn both_ways_of_making_a_dedup_key_agree() {
        let mut key = Vec::new();
        let of = DedupKey {
            sender: Sender::Agent(agent("anna")),
            client_id: client("x"),
        };
        assert!(dedup_into(
            &mut key,
            id(7),
            &Author::Agent(agent("anna")),
            &client("x")
        ));
        assert_eq!(key, dedup(id(7), &of));
        let of = DedupKey {
            sender: Sender::Customer,
            client_id: client("x"),
        };
        assert!(dedup_into(&mut key, id(7), &Author::Customer, &client("x")));
        assert_eq!(key, dedup(id(7), &of));
    }

    #[test]
    fn one_customer_is_never_a_prefix_of_another() {
        let ann = CustomerId::parse("ann").expect("a valid id");
        let anna = CustomerId::parse("anna").expect("a valid id");
        assert!(!customer(&anna, id(1)).starts_with(&customer_prefix(&ann)));
        let key = customer(&ann, id(0));
        let (owner, rest) = parse_owned(&key).expect("a customer key");
        assert_eq!((owner, trailing_conversation(rest)), ("ann", Some(id(0))));
    }

    #[test]
    fn the_end_of_a_prefix_is_beyond_all_its_keys() {
        assert_eq!(after_prefix(b"a"), Some(b"b".to_vec()));
        assert_eq!(after_prefix(&[1, 255, 255]), Some(vec![2]));
        assert_eq!(after_prefix(&[255, 255]), None);
        assert_eq!(after_prefix(b""), None);
    }

    #[test]
    fn keys_that_nothing_writes_do_not_parse() {
        assert_eq!(parse_dedup(&[0; 16]), None);
        assert_eq!(parse_dedup(&[3; 20]), None);
        assert_eq!(parse_timer_by_due(&[1; 24]), None);
        assert_eq!(number(&[0; 23]), None);
        assert_eq!(parse_owned(b"no separator"), None);
        assert_eq!(parse_hash(&[b'A'; 64]), None);
        assert_eq!(parse_hash(&[b'a'; 63]), None);
        assert_eq!(parse_agent(b""), None);
    }
}
