//! Programs as a learner has edited them, beside the ones they came from.
//!
//! In: edits. Out: what a program's text is now, whether that is what the lesson has, and what a
//! fresh lab shall run. An edit counts from the next restart on; what runs now is in the trace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trace::{Name, ProgramSetup};

/// The longest program, in bytes: as long as a lesson's may be.
pub const LONGEST: usize = 256 << 10;

/// What a learner asks of a program's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Opens the editor of this program, or closes the one that is open.
    Show(Option<Name>),
    /// The program's whole text, as it is now.
    Text { program: Name, text: String },
    /// As it came.
    Restore(Name),
}

/// An edited program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What tracebacks call it.
    pub file: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drafts {
    /// What the drafts at hand belong to: a lesson's id.
    scope: String,
    originals: Vec<ProgramSetup>,
    by_scope: BTreeMap<String, BTreeMap<Name, Draft>>,
    /// Whose editor is open.
    pub editing: Option<Name>,
}

/// An edit that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Drafts {
    /// What was kept from earlier runs of the window.
    pub fn of(by_scope: BTreeMap<String, BTreeMap<Name, Draft>>) -> Self {
        Self {
            by_scope,
            ..Self::default()
        }
    }

    /// These are the programs now, and what was edited of them before counts again.
    pub fn begin(&mut self, scope: &str, originals: &[ProgramSetup]) {
        scope.clone_into(&mut self.scope);
        self.originals = originals.to_vec();
        self.editing = None;
    }

    /// What a fresh lab shall run.
    pub fn programs(&self) -> Vec<ProgramSetup> {
        let originals = self.originals.iter();
        let edited = originals.map(|original| match self.draft(&original.name) {
            Some(draft) => ProgramSetup {
                file: draft.file.clone(),
                source: draft.text.clone(),
                ..original.clone()
            },
            None => original.clone(),
        });
        edited.collect()
    }

    pub fn edit(&mut self, edit: Edit) -> Result<(), TooLong> {
        match edit {
            Edit::Show(program) => {
                let is_known = |name: &Name| self.original(name).is_some();
                self.editing = program.filter(is_known);
                Ok(())
            }
            Edit::Text { program, text } => {
                let original = self.original(&program).map(|original| &*original.file);
                let file = self
                    .draft(&program)
                    .map_or(original, |draft| Some(&draft.file));
                let file = file.unwrap_or_default().to_owned();
                self.put(program, Draft { file, text })
            }
            Edit::Restore(program) => {
                self.remove(&program);
                Ok(())
            }
        }
    }

    /// This program is to be that, from a file for instance.
    pub fn put(&mut self, program: Name, draft: Draft) -> Result<(), TooLong> {
        if draft.text.len() > LONGEST {
            return Err(TooLong);
        }
        let Some(original) = self.original(&program) else {
            return Ok(()); // it went away with its lesson
        };
        if (&draft.file, &draft.text) == (&original.file, &original.source) {
            self.remove(&program);
        } else {
            let drafts = self.by_scope.entry(self.scope.clone()).or_default();
            drafts.insert(program, draft);
        }
        Ok(())
    }

    fn remove(&mut self, program: &Name) {
        if let Some(drafts) = self.by_scope.get_mut(&self.scope) {
            drafts.remove(program);
        }
    }

    /// What the drafts at hand belong to, and the programs they began as.
    pub fn at_hand(&self) -> (&str, &[ProgramSetup]) {
        (&self.scope, &self.originals)
    }

    /// As the lesson had them when the run began.
    pub fn originals(&self) -> &[ProgramSetup] {
        &self.originals
    }

    /// As the lesson has it.
    pub fn original(&self, program: &str) -> Option<&ProgramSetup> {
        let mut originals = self.originals.iter();
        originals.find(|original| original.name == program)
    }

    /// `None`: it is as it came.
    pub fn draft(&self, program: &str) -> Option<&Draft> {
        self.by_scope.get(&self.scope)?.get(program)
    }

    /// Its text now, edited or not.
    pub fn text(&self, program: &str) -> Option<&str> {
        let draft = self.draft(program).map(|draft| draft.text.as_str());
        draft.or_else(|| Some(self.original(program)?.source.as_str()))
    }

    /// The programs there are, in their order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.originals.iter().map(|original| &original.name)
    }

    /// What is edited, by lesson and by program.
    pub fn all(&self) -> &BTreeMap<String, BTreeMap<Name, Draft>> {
        &self.by_scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str, source: &str) -> ProgramSetup {
        ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: format!("{name}.py"),
            source: source.to_owned(),
        }
    }

    fn typed(program: &str, text: &str) -> Edit {
        Edit::Text {
            program: program.to_owned(),
            text: text.to_owned(),
        }
    }

    fn begun() -> Drafts {
        let mut drafts = Drafts::default();
        drafts.begin("a", &[program("server", "s"), program("client", "c")]);
        drafts
    }

    #[test]
    fn an_edit_is_run_by_the_next_lab_and_the_original_is_kept() {
        let mut drafts = begun();
        assert_eq!(drafts.edit(typed("server", "s2")), Ok(()));
        let sources = |drafts: &Drafts| {
            let programs = drafts.programs().into_iter();
            programs.map(|program| program.source).collect::<Vec<_>>()
        };
        assert_eq!(sources(&drafts), ["s2", "c"]);
        assert_eq!(drafts.original("server").map(|p| &*p.source), Some("s"));
        assert_eq!(drafts.edit(Edit::Restore("server".to_owned())), Ok(()));
        assert_eq!(sources(&drafts), ["s", "c"]);
    }

    #[test]
    fn what_is_typed_back_to_the_original_is_no_edit() {
        let mut drafts = begun();
        assert_eq!(drafts.edit(typed("server", "s2")), Ok(()));
        assert!(drafts.draft("server").is_some());
        assert_eq!(drafts.edit(typed("server", "s")), Ok(()));
        assert!(drafts.draft("server").is_none());
    }

    #[test]
    fn another_lesson_has_its_own_drafts_and_the_first_finds_its_own_again() {
        let mut drafts = begun();
        assert_eq!(drafts.edit(typed("server", "s2")), Ok(()));
        assert_eq!(drafts.edit(Edit::Show(Some("server".to_owned()))), Ok(()));
        drafts.begin("b", &[program("server", "t")]);
        assert_eq!(drafts.editing, None);
        assert_eq!(drafts.text("server"), Some("t"));
        assert_eq!(drafts.text("client"), None);
        drafts.begin("a", &[program("server", "s")]);
        assert_eq!(drafts.text("server"), Some("s2"));
    }

    #[test]
    fn a_text_that_is_too_long_or_nobodys_changes_nothing() {
        let mut drafts = begun();
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(drafts.edit(typed("server", &long)), Err(TooLong));
        assert_eq!(drafts.text("server"), Some("s"));
        assert_eq!(drafts.edit(typed("nobody", "x")), Ok(()));
        assert_eq!(drafts.edit(Edit::Show(Some("nobody".to_owned()))), Ok(()));
        assert_eq!((drafts.editing.clone(), drafts.all().len()), (None, 0));
    }

    #[test]
    fn a_file_of_ones_own_keeps_its_name_while_it_is_edited() {
        let mut drafts = begun();
        let mine = Draft {
            file: "mine.py".to_owned(),
            text: "m".to_owned(),
        };
        assert_eq!(drafts.put("server".to_owned(), mine), Ok(()));
        assert_eq!(drafts.edit(typed("server", "m2")), Ok(()));
        let server = &drafts.programs()[0];
        assert_eq!((&*server.file, &*server.source), ("mine.py", "m2"));
    }
}
