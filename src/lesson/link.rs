//! Where a link leads: to another lesson, or into the browser. Anything else is refused.

use super::types::Link;

pub(super) const REMEDY: &str =
    "write https://…, ../05-accept/ for the lesson in that folder, or lesson:accept by its id";

/// No address that is worth a click is longer.
const LONGEST: usize = 2_000;

pub(super) fn parse(address: &str) -> Result<Link, String> {
    let address = address.trim();
    if address.len() > LONGEST {
        return Err(format!("a link longer than {LONGEST} bytes"));
    }
    let has_hidden = |c: char| c.is_control() || c.is_whitespace();
    let refused = || format!("the link '{}' leads nowhere", address.escape_debug());
    if address.is_empty() || address.contains(has_hidden) {
        return Err(refused());
    }
    let scheme = address
        .split_once("://")
        .map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    if let Some((scheme, rest)) = scheme {
        let is_web = scheme == "http" || scheme == "https";
        let has_host = !rest.starts_with('/') && !rest.is_empty();
        return match is_web && has_host {
            true => Ok(Link::Web(address.to_owned())),
            false => Err(refused()),
        };
    }
    let by_id = address.strip_prefix("lesson:");
    let by_folder = address.strip_prefix("../").map(|folder| {
        let folder = folder.split('#').next().unwrap_or_default();
        let file = folder
            .strip_suffix("zh.md")
            .or(folder.strip_suffix("en.md"));
        file.unwrap_or(folder).trim_end_matches('/')
    });
    let is_name = |name: &&str| {
        let is_allowed = |c: char| c.is_alphanumeric() || "-_".contains(c);
        !name.is_empty() && name.chars().all(is_allowed)
    };
    let lesson = by_id.or(by_folder).filter(is_name);
    lesson
        .map(|lesson| Link::Lesson(lesson.to_owned()))
        .ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_lesson_or_into_the_browser_and_nowhere_else() {
        let lesson = |name: &str| Some(Link::Lesson(name.to_owned()));
        let web = |address: &str| Some(Link::Web(address.to_owned()));
        for (address, expected) in [
            ("../05-accept/", lesson("05-accept")),
            ("../05-accept", lesson("05-accept")),
            ("../05-accept/zh.md#x", lesson("05-accept")),
            ("lesson:accept", lesson("accept")),
            (
                "https://www.rfc-editor.org/rfc/rfc9293",
                web("https://www.rfc-editor.org/rfc/rfc9293"),
            ),
            ("HTTP://example.org", web("HTTP://example.org")),
            ("", None),
            ("..", None),
            ("../", None),
            ("../../etc/passwd", None),
            ("../05/../../x", None),
            ("/etc/passwd", None),
            ("file:///etc/passwd", None),
            ("https:///x", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("lesson:", None),
            ("lesson:../x", None),
            ("mailto:a@b.c", None),
            ("#here", None),
            ("other.md", None),
        ] {
            assert_eq!(parse(address).ok(), expected, "{address}");
        }
    }
}
