//! JSON objects in which a key may stand once. Two readers of `{"sub": "a", "sub": "b"}`
//! may see two different customers; this one sees none.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

/// The fields of an object.
pub(super) type Fields = BTreeMap<String, Value>;

struct Strict(Fields);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in which each key stands once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    if fields.insert(key, value).is_some() {
                        return Err(A::Error::custom("a key stands twice"));
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Reader).map(Self)
    }
}

/// The fields of an object; `None` for anything else, and where a key stands twice.
#[must_use]
pub(super) fn fields(json: &[u8]) -> Option<Fields> {
    let Strict(fields) = serde_json::from_slice(json).ok()?;
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once() {
        assert_eq!(fields(br#"{"a":1,"b":{"a":2}}"#).map(|f| f.len()), Some(2));
        for bad in [
            &br#"{"a":1,"a":1}"#[..],
            br#"{"a":1,"\u0061":2}"#,
            b"[]",
            b"1",
            b"{",
            b"{} {}",
            b"\xff",
        ] {
            assert_eq!(fields(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
