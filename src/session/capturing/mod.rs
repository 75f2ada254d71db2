//! A capture that was made elsewhere, in the window: which of its packets are looked at.
//!
//! In: a capture that was read, and the learner's commands. Out: what the panels show of it: row
//! by row, or on the stage, where packets that are few enough are a recorded run by the same fold.

mod arrange;
mod clerk;
mod packet;
mod survey;

use std::path::PathBuf;
use std::sync::Arc;

pub use survey::{Arranged, Column, Form, MOST_ON_STAGE, Of, Pending, Survey, Surveying};

pub(super) use clerk::Clerk;
use clerk::Made;

use super::{Origin, Recorded, Session};
use crate::capture::Capture;
use crate::timeline::Timeline;
use crate::trace::{Moment, What};

impl Session {
    /// Puts a capture on the desk, the live run aside. A small one opens on the stage.
    pub fn show_capture(&mut self, path: PathBuf, capture: Arc<Capture>) {
        let survey = Survey::of(path.clone(), Arc::clone(&capture));
        let is_small = survey.is_small();
        let shown = Recorded {
            path,
            origin: Origin::Capture,
            cut_short: None, // of a line; the survey tells of packets
            has_lesson: false,
            edited: Vec::new(),
        };
        self.show_recorded(Timeline::new(packet::header(&[])), None, shown);
        self.desk.survey = Some(survey);
        // Without its thread the list stays as it is, and nothing goes on the stage.
        let clerk = Clerk::start(capture, self.wake.clone());
        self.clerks.extend(clerk.ok());
        self.show_packet();
        if is_small {
            self.survey(Surveying::Show(Of::All));
        }
    }

    pub(super) fn survey(&mut self, surveying: Surveying) {
        let Some(survey) = &mut self.desk.survey else {
            return;
        };
        match surveying {
            Surveying::Show(of) if survey.fits_stage(of) => {
                survey.pending.stage = Some(of);
                if let Some(clerk) = self.clerks.last_mut() {
                    clerk.stage(of);
                }
            }
            Surveying::Show(of) | Surveying::List(of) => self.list(of),
            Surveying::Select(packet) => {
                survey.selected = (packet < survey.capture.len()).then_some(packet);
                self.show_packet();
            }
            Surveying::Filter(filter) => {
                survey.arranged.filter = filter;
                self.arrange();
            }
            Surveying::Sort(column) => {
                let arranged = &mut survey.arranged;
                arranged.is_turned = arranged.by == column && !arranged.is_turned;
                arranged.by = column;
                self.arrange();
            }
            Surveying::Close => self.come_back(),
        }
    }

    /// Packets row by row; the one that was selected stays so where it is among them.
    fn list(&mut self, of: Of) {
        if let Some(clerk) = self.clerks.last_mut() {
            clerk.forget_stage();
        }
        let Some(survey) = &mut self.desk.survey else {
            return;
        };
        // On the stage a segment is selected; it bears the packet's number.
        if survey.form == Form::Stage
            && let Some(segment) = self.selected
        {
            survey.selected = survey.capture.packet_of(segment);
        }
        survey.pending.stage = None;
        survey.form = Form::List;
        survey.of = of;
        let nearest = survey.selected_row().unwrap_or(0);
        let row = nearest.min(survey.len().saturating_sub(1));
        survey.selected = survey.packet_at(row);
        self.show_packet();
    }

    fn arrange(&mut self) {
        if let (Some(survey), Some(clerk)) = (&mut self.desk.survey, self.clerks.last_mut()) {
            survey.pending.list = true;
            clerk.arrange(survey.arranged.clone());
        }
    }

    /// What the clerk has made. True when there was something.
    pub(super) fn hear_clerk(&mut self) -> bool {
        self.clerks.retain(|clerk| !clerk.is_over());
        let made = self.clerks.last_mut().and_then(Clerk::take);
        let (Some(made), Some(survey)) = (made, &mut self.desk.survey) else {
            return false;
        };
        match made {
            Made::List(arranged, list) => {
                survey.list = Arc::new(list);
                survey.pending.list = arranged != survey.arranged;
            }
            Made::Stage(of, timeline) if survey.pending.stage == Some(of) => {
                survey.pending.stage = None;
                self.stage(of, *timeline);
            }
            // Something else was asked for meanwhile.
            Made::Stage(..) => {}
        }
        true
    }

    fn stage(&mut self, of: Of, timeline: Timeline) {
        let Some(survey) = &mut self.desk.survey else {
            return;
        };
        survey.of = of;
        survey.form = Form::Stage;
        let segment = survey.selected.map(packet::segment_of);
        self.selected = None;
        self.timeline = timeline.into_recorded();
        // The packet that was looked at has just passed.
        let events = self.timeline.trace().events().iter();
        let mut events = events.zip(1..).skip_while(
            |(event, _)| !matches!(&event.what, What::Delivered { segment: id } if Some(*id) == segment),
        );
        let rest = events.find(|(event, _)| event.what == What::Rest);
        if let Some((_, moment)) = rest {
            self.timeline.go_to(Moment(moment));
        }
        self.desk.drive.stop();
    }

    /// The selected packet's own short run: what the inspector reads.
    fn show_packet(&mut self) {
        let Some(survey) = &self.desk.survey else {
            return;
        };
        if survey.form == Form::Stage {
            return;
        }
        let Some(packet) = survey.selected else {
            return;
        };
        let timeline = Timeline::of(packet::trace_of(&survey.capture, packet));
        self.timeline = timeline.into_recorded();
        self.timeline.go_live(); // its only moment worth a look is its end
        self.selected = Some(packet::segment_of(packet));
    }

    /// Something else is looked at from now on. The clerk may be busy: it is dropped when it has
    /// ended.
    pub(super) fn put_capture_away(&mut self) {
        self.desk.survey = None;
        if let Some(clerk) = self.clerks.last_mut() {
            clerk.hang_up();
        }
    }
}
