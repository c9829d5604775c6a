//! Hash maps of the message path: numbers of requests and sessions, ids of conversations
//! and of messages.
//!
//! They hash several times faster than the standard maps. Each has a random seed, but the
//! hash is no cryptographic one: a map whose keys clients choose must be bounded.

/// A map with a fast hash.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// A set with a fast hash.
pub type Set<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;
