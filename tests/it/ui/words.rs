//! The words of the window: both languages, nothing missing, nothing left over.

use std::collections::BTreeSet;
use std::path::Path;

/// Every key with its languages.
fn entries() -> Vec<(String, toml::Table)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/locales");
    let mut entries = Vec::new();
    for file in std::fs::read_dir(folder).expect("the texts are there") {
        let path = file.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("readable");
        let all: toml::Table = text.parse().expect("sound TOML");
        for (group, keys) in &all {
            let toml::Value::Table(keys) = keys else {
                continue;
            };
            for (key, languages) in keys {
                let languages = languages.as_table().expect("a table of languages");
                entries.push((format!("{group}.{key}"), languages.clone()));
            }
        }
    }
    entries
}

/// Every key that the source asks for.
fn keys_in_source() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the source is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let source = std::fs::read_to_string(path).expect("readable");
                let after = |name| source.split(name).skip(1);
                let calls = after("say!(").chain(after(" t!("));
                keys.extend(calls.filter_map(first_string));
            }
        }
    }
    keys
}

/// The first literal of a macro's arguments, if it looks like a key.
fn first_string(arguments: &str) -> Option<String> {
    let key = arguments.split('"').nth(1)?;
    let is_key = key.contains('.')
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || "._0123456789".contains(c));
    is_key.then(|| key.to_owned())
}

/// `%{name}` in a text.
fn holes(text: &str) -> BTreeSet<&str> {
    let parts = text.split("%{").skip(1);
    parts
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect()
}

#[test]
fn every_text_is_in_both_languages_with_the_same_holes() {
    for (key, languages) in entries() {
        let text = |language: &str| languages.get(language).and_then(|value| value.as_str());
        let (en, zh) = (text("en"), text("zh"));
        let (Some(en), Some(zh)) = (en, zh) else {
            panic!("{key} lacks a language")
        };
        assert!(!en.is_empty() && !zh.is_empty(), "{key} is empty");
        assert_eq!(holes(en), holes(zh), "{key}");
        assert_eq!(languages.len(), 2, "{key} has a language nobody can choose");
    }
}

/// The file that is read last would win, without a word.
#[test]
fn no_key_is_in_two_files() {
    let mut keys: Vec<String> = entries().into_iter().map(|(key, _)| key).collect();
    keys.sort();
    let twice: Vec<_> = keys.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let defined: BTreeSet<String> = entries().into_iter().map(|(key, _)| key).collect();
    let used = keys_in_source();
    let unused: Vec<_> = defined.difference(&used).collect();
    let undefined: Vec<_> = used.difference(&defined).collect();
    assert!(
        unused.is_empty(),
        "in assets/locales but nowhere used: {unused:?}"
    );
    assert!(
        undefined.is_empty(),
        "used but not in assets/locales: {undefined:?}"
    );
}

#[test]
fn chinese_texts_have_full_width_marks_between_hanzi() {
    let is_hanzi = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (key, languages) in entries() {
        let zh = languages["zh"].as_str().unwrap_or_default();
        let chars: Vec<char> = zh.chars().collect();
        for window in chars.windows(2) {
            let is_half_width = ",;:!?".contains(window[1]);
            assert!(!(is_hanzi(window[0]) && is_half_width), "{key}: {zh}");
        }
    }
}
