//! A file of ours as JSON that a person can read: sections of entries, under a mark that says whose
//! it is. Pure.
//!
//! In: bytes, and what has changed. Out: bytes. Entries that this version does not know, because a
//! newer one wrote them, stay as they are.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// By section and by entry; `null` takes an entry away.
pub type Patch = Map<String, Value>;

pub struct Document(Map<String, Value>);

/// It is not JSON, or not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl Document {
    /// The version that this program writes.
    const VERSION: u64 = 1;

    /// `mark` is the key whose value is the version.
    pub fn new(mark: &str) -> Self {
        let version = (mark.to_owned(), Value::from(Self::VERSION));
        Self(Map::from_iter([version]))
    }

    pub fn read(mark: &str, bytes: &[u8]) -> Result<Self, Damaged> {
        let document: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| Damaged)?;
        let version = document.get(mark).and_then(Value::as_u64);
        version.map(|_| Self(document)).ok_or(Damaged)
    }

    /// What a section says over what `usual` says. An entry that cannot be understood is left out.
    pub fn section<T: Serialize + DeserializeOwned>(&self, name: &str, usual: &T) -> T {
        let entries = self.0.get(name).and_then(Value::as_object);
        let usual = entries_of(usual);
        let read = |entries: Map<String, Value>| serde_json::from_value::<T>(entries.into());
        let mut known = usual.clone();
        for (key, value) in entries.into_iter().flatten() {
            let mut alone = usual.clone();
            alone.insert(key.clone(), value.clone());
            if read(alone).is_ok() {
                known.insert(key.clone(), value.clone());
            }
        }
        let read = read(known).or_else(|_| read(usual));
        read.expect("what was written can be read")
    }

    pub fn entry(&self, section: &str, key: &str) -> Option<&Value> {
        self.0.get(section)?.get(key)
    }

    pub fn patch(&mut self, patch: &Patch) {
        for (section, entries) in patch {
            let Value::Object(entries) = entries else {
                continue;
            };
            let own = self.0.entry(section.clone()).or_insert(Value::Null);
            if !own.is_object() {
                *own = Value::Object(Map::new());
            }
            for (key, value) in entries {
                match value {
                    Value::Null => drop(own.as_object_mut().and_then(|own| own.remove(key))),
                    value => own[key] = over(own.get(key), value),
                }
            }
        }
    }

    /// Nothing is in its sections.
    pub fn is_empty(&self) -> bool {
        let is_filled =
            |value: &Value| value.as_object().is_some_and(|section| !section.is_empty());
        !self.0.values().any(is_filled)
    }

    pub fn write(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(&self.0).expect("JSON can be written");
        bytes.push(b'\n');
        bytes
    }
}

/// What `now` has and `before` has not, and what is no more.
pub fn changes(before: &Patch, now: &Patch) -> Patch {
    let mut changes = Patch::new();
    for (section, entries) in now {
        let empty = Map::new();
        let before = before.get(section).and_then(Value::as_object);
        let (before, now) = (
            before.unwrap_or(&empty),
            entries.as_object().unwrap_or(&empty),
        );
        let new = now
            .iter()
            .filter(|(key, value)| before.get(*key) != Some(value));
        let gone = before.keys().filter(|key| !now.contains_key(*key));
        let mut changed: Map<_, _> = new.map(|(k, v)| (k.clone(), v.clone())).collect();
        changed.extend(gone.map(|key| (key.clone(), Value::Null)));
        if !changed.is_empty() {
            changes.insert(section.clone(), Value::Object(changed));
        }
    }
    changes
}

/// The entries of a section, as they are written.
pub fn entries_of(section: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(section) {
        Ok(Value::Object(entries)) => entries,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// The new value, with what only the old one has.
fn over(old: Option<&Value>, new: &Value) -> Value {
    match (old, new) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let mut both = old.clone();
            for (key, value) in new {
                both.insert(key.clone(), over(old.get(key), value));
            }
            Value::Object(both)
        }
        (_, new) => new.clone(),
    }
}
