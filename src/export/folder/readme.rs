//! What a folder's reader is to know, in Markdown.

use super::{ABOUT, README, SCRIPT, Source, wire};
use crate::lesson::Language;
use crate::trace::{Header, Timers};
use crate::words::say;

pub fn readme(source: &Source<'_>, names: &[String], left_out: &[String]) -> String {
    let (header, language) = (source.trace.header(), source.language);
    let title = match (source.lesson, &header.lesson) {
        (Some(lesson), _) => lesson.title.clone(),
        (None, Some(id)) => id.clone(),
        (None, None) => say!(language, "folder.readme_title").into_owned(),
    };
    let mut parts = vec![format!("# {}", one_line(&title))];
    parts.push(match &header.attempt {
        Some(attempt) => say!(
            language,
            "folder.readme_attempt",
            version = one_line(&header.version),
            kernel = one_line(&header.kernel),
            attempt = one_line(attempt)
        )
        .into_owned(),
        None => say!(
            language,
            "folder.readme_made",
            version = one_line(&header.version),
            kernel = one_line(&header.kernel)
        )
        .into_owned(),
    });
    parts.push(format!("## {}", say!(language, "folder.readme_play")));
    parts.push("```sh\nsockstep run .\n```".to_owned());
    parts.push(say!(language, "folder.readme_how", script = SCRIPT).into_owned());
    if wire(header) == "loopback" {
        parts.push(say!(language, "folder.readme_loopback").into_owned());
    }
    if header.timers == Timers::Natural {
        parts.push(say!(language, "folder.readme_natural").into_owned());
    }
    parts.push(format!("## {}", say!(language, "folder.readme_python")));
    parts.push(by_python(header, names, language));
    parts.push(format!("## {}", say!(language, "folder.readme_files")));
    parts.push(table(header, names, language));
    if !left_out.is_empty() {
        parts.push(format!("## {}", say!(language, "folder.readme_left_out")));
        let items = left_out.iter().map(|item| format!("- {item}"));
        parts.push(items.collect::<Vec<_>>().join("\n"));
    }
    parts.join("\n\n") + "\n"
}

/// Each in a terminal of its own, where the addresses exist.
fn by_python(header: &Header, names: &[String], language: Language) -> String {
    let commands = names.iter().map(|name| format!("python3 {name}"));
    let commands: Vec<String> = commands.collect();
    let mut text = format!(
        "{}\n\n```sh\n{}\n```\n\n{}",
        say!(language, "folder.readme_terminals"),
        commands.join("\n"),
        say!(language, "folder.readme_free")
    );
    let addresses = header.hosts.iter().flat_map(|host| &host.addresses);
    let named = addresses.map(ToString::to_string).filter(|address| {
        let mut programs = header.programs.iter();
        !address.starts_with("127.") && programs.any(|p| p.source.contains(address.as_str()))
    });
    let named: Vec<String> = named.map(|address| format!("`{address}`")).collect();
    if !named.is_empty() {
        text.push_str("\n\n");
        let named = named.join(", ");
        text.push_str(&say!(
            language,
            "folder.readme_addresses",
            addresses = named
        ));
    }
    text
}

fn table(header: &Header, names: &[String], language: Language) -> String {
    let mut rows = vec![
        format!("| {} | |", say!(language, "folder.readme_file")),
        "|---|---|".to_owned(),
    ];
    for (program, name) in header.programs.iter().zip(names) {
        let host = header.hosts.iter().find(|host| host.name == program.host);
        let addresses = host.into_iter().flat_map(|host| &host.addresses);
        let addresses: Vec<String> = addresses.map(ToString::to_string).collect();
        let what = say!(
            language,
            "folder.readme_program",
            program = one_line(&program.name),
            host = one_line(&program.host),
            address = addresses.join(", ")
        );
        rows.push(format!("| `{name}` | {what} |"));
    }
    rows.push(format!(
        "| `{ABOUT}` | {} |",
        say!(language, "folder.readme_about")
    ));
    rows.push(format!(
        "| `{SCRIPT}` | {} |",
        say!(language, "folder.readme_script")
    ));
    rows.push(format!(
        "| `{README}` | {} |",
        say!(language, "folder.readme_readme")
    ));
    rows.join("\n")
}

/// A name in a hostile file may hold anything; here it may not end a line or a cell.
fn one_line(text: &str) -> String {
    let line = text.chars().map(|c| match c {
        '|' | '`' | '<' => ' ',
        c if c.is_control() => ' ',
        c => c,
    });
    line.take(200).collect()
}
