//! The catalogue of tables (RocksDB column families), as data. Names are for ever.
//!
//! | table | key | value |
//! |---|---|---|
//! | `journal` | conversation 16, position u64 | `Recorded` |
//! | `seq_index` | conversation 16, seq u64, for every 16th message from the first | position in the journal |
//! | `dedup` | conversation 16, sender, client id | sequence and time of the message |
//! | `snapshots` | conversation 16 | `Conversation` |
//! | `customers` | customer, 0, conversation 16 | workstream |
//! | `current` | customer, 0, workstream | the conversation started last |
//! | `live` | conversation 16 | nothing |
//! | `timers` | 1, due i64, conversation 16 · 2, conversation 16 | nothing · due |
//! | `waiting` | agent, 0, conversation 16 | nothing |
//! | `notes` | conversation 16, number u64 | `Note` |
//! | `directory` | conversation 16 | `Entry` |
//! | `agents` | agent | `AgentRow` |
//! | `audit` | time i64, number u64 | `AuditRecord` |
//! | `meta` | `format` · `company` · `parked/`, conversation 16 · `swept` · `audited` | format · `Company` · reason · revision · number |
//! | `devices` | device 16 | `Device` |
//! | `kept_keys` | authentication setting | `KeptKeys` |
//! | `accounts` | agent | `Account` |
//! | `sign_ins` | SHA-256 of the token in hex | `SignIn` |
//! | `api_keys` | SHA-256 of the secret in hex | `ApiKey` |
//! | `affairs` | customer | `Affair` |
//! | `erasures` | customer, or pseudonym | `Erasure` |
//! | `statistics` | quarter of an hour i64, workstream | `Counts` |
//!
//! Every value that is not empty stands in an envelope (`codec`).

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Options,
};

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    /// Everything that happened.
    Journal,
    /// Where messages stand in the journal.
    SeqIndex,
    /// What client ids became.
    Dedup,
    /// States, so that a replay is short.
    Snapshots,
    /// The conversations of a customer.
    Customers,
    /// The newest conversation of a customer in a workstream.
    Current,
    /// Open, active and wrap-up conversations.
    Live,
    /// What is due when.
    Timers,
    /// The waiting conversations of an agent.
    Waiting,
    /// What lists and counts are answered from: a row about every conversation.
    Directory,
    /// Presence.
    Agents,
    /// Format, configuration, conversations set aside.
    Meta,
    /// Private notes.
    Notes,
    /// Who did what from where.
    Audit,
    /// Devices that the server has named.
    Devices,
    /// The last good keys that customers' tokens are verified with.
    KeptKeys,
    /// Passwords and second factors.
    Accounts,
    /// Who is signed in.
    SignIns,
    /// Keys for programs.
    ApiKeys,
    /// What is under way about customers.
    Affairs,
    /// Customers who are being erased.
    Erasures,
    /// What was counted.
    Statistics,
}

/// How a table is used, which decides its memory and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Much is written, and read in ranges.
    Bulk,
    /// Much is written, and single keys are looked up, often in vain.
    Lookup,
    /// Little is written.
    Small,
}

/// What has just been written is read back soon and merged again: only what has settled
/// is worth compressing.
const COMPRESSION: [DBCompressionType; 7] = {
    use DBCompressionType::{Lz4, None};
    [None, None, Lz4, Lz4, Lz4, Lz4, Lz4]
};
const MIB: usize = 1024 * 1024;

impl Table {
    /// All tables.
    pub const ALL: [Self; 22] = [
        Self::Journal,
        Self::SeqIndex,
        Self::Dedup,
        Self::Snapshots,
        Self::Customers,
        Self::Current,
        Self::Live,
        Self::Timers,
        Self::Waiting,
        Self::Directory,
        Self::Agents,
        Self::Meta,
        Self::Notes,
        Self::Audit,
        Self::Devices,
        Self::KeptKeys,
        Self::Accounts,
        Self::SignIns,
        Self::ApiKeys,
        Self::Affairs,
        Self::Erasures,
        Self::Statistics,
    ];

    /// Whose keys begin with a conversation.
    pub(super) const BY_CONVERSATION: [Self; 7] = [
        Self::Journal,
        Self::SeqIndex,
        Self::Dedup,
        Self::Snapshots,
        Self::Live,
        Self::Directory,
        Self::Notes,
    ];
    /// Whose keys or values name customers.
    pub(super) const BY_CUSTOMER: [Self; 6] = [
        Self::Customers,
        Self::Current,
        Self::Audit,
        Self::Devices,
        Self::Affairs,
        Self::Erasures,
    ];

    /// The name of the column family.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::SeqIndex => "seq_index",
            Self::Dedup => "dedup",
            Self::Snapshots => "snapshots",
            Self::Customers => "customers",
            Self::Current => "current",
            Self::Live => "live",
            Self::Timers => "timers",
            Self::Waiting => "waiting",
            Self::Directory => "directory",
            Self::Agents => "agents",
            Self::Meta => "meta",
            Self::Notes => "notes",
            Self::Audit => "audit",
            Self::Devices => "devices",
            Self::KeptKeys => "kept_keys",
            Self::Accounts => "accounts",
            Self::SignIns => "sign_ins",
            Self::ApiKeys => "api_keys",
            Self::Affairs => "affairs",
            Self::Erasures => "erasures",
            Self::Statistics => "statistics",
        }
    }

    const fn usage(self) -> Use {
        match self {
            Self::Journal | Self::Snapshots => Use::Bulk,
            Self::Dedup | Self::Current => Use::Lookup,
            Self::SeqIndex
            | Self::Customers
            | Self::Live
            | Self::Timers
            | Self::Waiting
            | Self::Directory
            | Self::Agents
            | Self::Meta
            | Self::Notes
            | Self::Audit
            | Self::Devices
            | Self::KeptKeys
            | Self::Accounts
            | Self::SignIns
            | Self::ApiKeys
            | Self::Affairs
            | Self::Erasures
            | Self::Statistics => Use::Small,
        }
    }

    /// How RocksDB is to keep this table. The cache is shared by all of them, and index
    /// and filter blocks live in it too, so that memory has one bound.
    pub(super) fn descriptor(self, cache: &Cache) -> ColumnFamilyDescriptor {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(cache);
        blocks.set_cache_index_and_filter_blocks(true);
        blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
        let mut options = Options::default();
        options.set_compression_per_level(&COMPRESSION);
        // Fresh files are few and small beside what sleeps; merging them less often leaves
        // the processor to conversations.
        options.set_level_zero_file_num_compaction_trigger(8);
        options.set_level_zero_slowdown_writes_trigger(32);
        options.set_level_zero_stop_writes_trigger(64);
        options.set_max_write_buffer_number(3);
        options.set_level_compaction_dynamic_level_bytes(true);
        match self.usage() {
            Use::Bulk => {
                blocks.set_block_size(16 * 1024);
                options.set_write_buffer_size(64 * MIB);
            }
            Use::Lookup => {
                blocks.set_bloom_filter(10.0, false);
                options.set_write_buffer_size(32 * MIB);
            }
            Use::Small => options.set_write_buffer_size(4 * MIB),
        }
        options.set_block_based_table_factory(&blocks);
        ColumnFamilyDescriptor::new(self.name(), options)
    }

    /// The handle of this table. A look-up by name; where it matters it is done once a batch.
    pub(super) fn of(self, db: &DB) -> &ColumnFamily {
        db.cf_handle(self.name())
            .expect("every table is opened with the store")
    }
}

/// The name of a row, for messages about it: table and key in hexadecimal.
pub(super) fn row_name(table: Table, key: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(table.name().len() + 1 + key.len() * 2);
    name.push_str(table.name());
    name.push('/');
    for byte in key {
        write!(name, "{byte:02x}").expect("writing to a String cannot fail");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_has_its_own_name() {
        let names: BTreeSet<_> = Table::ALL.iter().map(|table| table.name()).collect();
        assert_eq!(names.len(), Table::ALL.len());
    }
}
