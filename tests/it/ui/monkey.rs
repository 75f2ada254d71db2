//! A monkey at the window: keys, clicks, drags, wheels, input methods and files in no order at
//! all, the same ones each time. Nothing panics, and when it leaves the window comes to rest.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{
    Event, HoveredFile, ImeEvent, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton,
    Pos2, TouchPhase, Vec2, pos2, vec2,
};
use egui_kittest::Harness;
use sockstep::lesson::Language;
use sockstep::session::{Command, Look, Notice, Open, Overlay, Setting};

use super::controls::Scene;
use super::opening::Dropped;
use super::rich;
use super::scenes;
use super::stage::{Stage, harness};

const EVENTS: usize = 360;
/// So many come between two frames.
const AT_ONCE: u64 = 3;

/// Numbers that look like chance and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    /// Somewhere in the window, or just beside it.
    fn place(&mut self, size: Vec2) -> Pos2 {
        let share = |chance: &mut Self| chance.below(1_040) as f32 / 1_000.0 - 0.02;
        pos2(share(self) * size.x, share(self) * size.y)
    }
}

struct Monkey {
    harness: Harness<'static>,
    stage: Rc<RefCell<Stage>>,
    chance: Chance,
    at: Pos2,
    down: Vec<(PointerButton, Pos2)>,
}

impl Monkey {
    fn on(scene: Scene, seed: u64, language: Language) -> Self {
        let mut stage = Stage::new(scene(), language, Look::Light);
        stage
            .desk
            .settings
            .set(Setting::Presents(seed.is_multiple_of(2)));
        let (harness, stage) = harness(stage, [1280.0, 720.0]);
        Self {
            harness,
            stage,
            chance: Chance(0x9E37_79B9_7F4A_7C15 ^ seed),
            at: pos2(0.0, 0.0),
            down: Vec::new(),
        }
    }

    fn plays(&mut self) {
        for _ in 0..EVENTS / AT_ONCE as usize {
            for _ in 0..=self.chance.below(2 * AT_ONCE - 1) {
                self.does_something();
            }
            self.frame();
        }
    }

    fn frame(&mut self) {
        let settings = self.stage.borrow().desk.settings.clone();
        sockstep::ui::prepare(&self.harness.ctx, &settings);
        self.harness.step();
        let mut stage = self.stage.borrow_mut();
        for command in stage.commands.split_off(0) {
            obey(&mut stage, command);
        }
    }

    fn does_something(&mut self) {
        let modifiers = self.modifiers();
        match self.chance.below(20) {
            0..=5 => {
                let key = self.chance.one_of(Key::ALL);
                // Any text field would rather have letters.
                self.harness.key_press_modifiers(modifiers, key);
            }
            6..=7 => {
                let keys = [
                    Key::Tab,
                    Key::Enter,
                    Key::Space,
                    Key::Escape,
                    Key::F6,
                    Key::ArrowDown,
                    Key::M,
                    Key::F5,
                ];
                let key = self.chance.one_of(&keys);
                self.harness.key_press(key);
            }
            8 => self.types(),
            9..=12 => self.clicks(),
            13..=14 => self.moves(),
            15 => self.presses_or_lets_go(),
            16..=17 => self.scrolls(modifiers),
            18 => self.files(),
            _ => self.odd_things(),
        }
    }

    fn modifiers(&mut self) -> Modifiers {
        let all = [
            Modifiers::NONE,
            Modifiers::NONE,
            Modifiers::NONE,
            Modifiers::SHIFT,
            Modifiers::CTRL,
            Modifiers::CTRL | Modifiers::COMMAND,
            Modifiers::ALT,
            Modifiers::CTRL | Modifiers::SHIFT | Modifiers::COMMAND,
        ];
        self.chance.one_of(&all)
    }

    fn types(&mut self) {
        let texts = [
            "a",
            "é",
            "你好",
            "\u{0}",
            "🙂‍↔️",
            "%{x}",
            "\t",
            "e\u{301}",
            "\u{202e}",
        ];
        let text = self.chance.one_of(&texts).to_owned();
        let event = match self.chance.below(5) {
            0 => Event::Ime(ImeEvent::Commit(text)),
            1 => Event::Ime(ImeEvent::Preedit {
                text,
                active_range_chars: None,
            }),
            2 => Event::Paste(text.repeat(40)),
            3 => self.chance.one_of(&[Event::Cut, Event::Copy]),
            _ => Event::Text(text),
        };
        self.harness.event(event);
    }

    fn button(&mut self, button: PointerButton, pressed: bool) {
        let event = Event::PointerButton {
            pos: self.at,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.harness.event(event);
    }

    fn size(&self) -> Vec2 {
        self.harness.ctx.content_rect().size()
    }

    fn moves(&mut self) {
        self.at = self.chance.place(self.size());
        self.harness.event(Event::PointerMoved(self.at));
    }

    fn clicks(&mut self) {
        self.moves();
        let buttons = [
            PointerButton::Primary,
            PointerButton::Primary,
            PointerButton::Secondary,
            PointerButton::Middle,
        ];
        let button = self.chance.one_of(&buttons);
        // A widget is known to be below the pointer from the frame before.
        self.frame();
        self.button(button, true);
        self.button(button, false);
    }

    fn presses_or_lets_go(&mut self) {
        match self.down.pop() {
            Some((button, _)) => self.button(button, false),
            None => {
                self.moves();
                self.button(PointerButton::Primary, true);
                self.down.push((PointerButton::Primary, self.at));
            }
        }
    }

    fn scrolls(&mut self, modifiers: Modifiers) {
        let way = |chance: &mut Chance| chance.below(800) as f32 - 400.0;
        let delta = vec2(way(&mut self.chance), way(&mut self.chance));
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers,
        });
    }

    fn files(&mut self) {
        let path = PathBuf::from(self.chance.one_of(&["/nowhere/server.py", "/x", ""]));
        let input = self.harness.input_mut();
        if self.at.x > 640.0 {
            input.hovered_files = vec![HoveredFile {
                path: Some(path),
                ..HoveredFile::default()
            }];
        } else {
            input.hovered_files.clear();
            input.dropped_files.push(Arc::new(Dropped(path)));
        }
    }

    fn odd_things(&mut self) {
        match self.chance.below(5) {
            0 => self.harness.event(Event::PointerGone),
            1 => self.harness.event(Event::WindowFocused(false)),
            2 => self.harness.event(Event::WindowFocused(true)),
            3 => self.harness.event(Event::Zoom(1.2)),
            _ => {
                let size = self.chance.one_of(&[
                    vec2(1280.0, 720.0),
                    vec2(853.0, 480.0),
                    vec2(960.0, 600.0),
                    vec2(1920.0, 1080.0),
                    vec2(200.0, 120.0),
                ]);
                self.harness.set_size(size);
            }
        }
    }

    /// Everything is let go of, and the window left alone.
    fn leaves(&mut self) {
        while self.down.pop().is_some() {
            self.button(PointerButton::Primary, false);
        }
        self.harness.input_mut().hovered_files.clear();
        self.harness
            .event(Event::Ime(ImeEvent::Commit(String::new())));
        self.harness.event(Event::PointerGone);
        self.frame();
    }

    /// How long the window would wait before it painted again by itself.
    fn wait(&self) -> Duration {
        let viewports = self.harness.output().viewport_output.values();
        let delays = viewports.map(|viewport| viewport.repaint_delay);
        delays.min().expect("one viewport")
    }
}

/// As the session would, where that needs no lab.
fn obey(stage: &mut Stage, command: Command) {
    let timeline = &mut stage.story.timeline;
    match command {
        Command::Show(overlay) => stage.desk.show(overlay),
        Command::Set(setting) => {
            stage.desk.settings.set(setting);
            stage.language = stage.desk.settings.language;
            stage.look = stage.desk.settings.look;
        }
        Command::Select(segment) => stage.selected = segment,
        Command::GoTo(moment) => timeline.go_to(moment),
        Command::GoLive => timeline.go_live(),
        Command::Back => timeline.back(),
        Command::Forward | Command::Next => timeline.forward(),
        Command::Explain(why) => stage.notice = Some(Notice::Explained(why)),
        Command::Dismiss => stage.notice = None,
        Command::Guess { beat, option } => {
            stage.guesses.insert(beat, option);
        }
        Command::Edit(edit) => drop(stage.desk.drafts.edit(edit)),
        Command::Open(Open::As(program)) => {
            stage.desk.opening.program = program;
            stage.desk.show(Some(Overlay::Open));
        }
        Command::Open(Open::Files(_) | Open::Browse { .. } | Open::File { .. })
        | Command::Step(_)
        | Command::Deliver(_)
        | Command::Drop(_)
        | Command::Order(_)
        | Command::Answer { .. }
        | Command::Restart
        | Command::ReRun
        | Command::LeaveRecorded
        | Command::Save(_)
        | Command::Share(_)
        | Command::Drive(_)
        | Command::Shelf(_)
        | Command::Survey(_) => {}
    }
}

fn plays_on(scene: Scene, seed: u64, language: Language) {
    let mut monkey = Monkey::on(scene, seed, language);
    monkey.plays();
    monkey.leaves();
    // What moves may move on for a while, and then it stands still.
    let waits: Vec<Duration> = (0..60)
        .map(|_| {
            monkey.frame();
            monkey.wait()
        })
        .collect();
    let rests = waits.iter().rev().take(8);
    let has_come_to_rest = rests.clone().all(|wait| *wait > Duration::ZERO);
    let overlay = monkey.stage.borrow().desk.overlay;
    assert!(
        has_come_to_rest,
        "seed {seed}, under {overlay:?}: {waits:?}"
    );
}

#[test]
fn a_monkey_breaks_nothing_at_the_start_and_in_the_handshake() {
    plays_on(scenes::start, 1, Language::English);
    plays_on(scenes::syn_ack_held, 2, Language::Chinese);
}

#[test]
fn a_monkey_breaks_nothing_in_the_past_and_at_the_end() {
    plays_on(scenes::past, 3, Language::Chinese);
    plays_on(scenes::closing, 4, Language::English);
}

#[test]
fn a_monkey_breaks_nothing_while_a_program_asks_or_there_are_many_hosts() {
    plays_on(scenes::asking, 5, Language::English);
    plays_on(rich::eight_hosts, 6, Language::Chinese);
}
