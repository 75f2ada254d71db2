//! What a frame costs over a capture of a million packets: at its beginning, at its end, while it
//! scrolls; and what it costs to put one more conversation in order.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::Criterion;
use eframe::egui::{
    self, Event, Modifiers, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2, vec2,
};
use etherparse::PacketBuilder;
use sockstep::capture::{Capture, Limits};
use sockstep::lesson::Language;
use sockstep::session::{Command, Course, Kept, Session, Surveying};
use sockstep::trace::WireKind;
use sockstep::ui;

use super::{cpu, is_wanted};

const PACKETS: usize = 1_000_000;

/// Connections of twenty packets, as a pcap file of raw IP.
fn file() -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 262_144, 101] {
        bytes.extend(u32::to_le_bytes(word));
    }
    let mut packet = Vec::new();
    for number in 0..PACKETS as u32 {
        let (connection, nth) = (number / 20, number % 20);
        let client = (
            [10, 1, (connection / 50_000) as u8, 1],
            10_000 + (connection % 50_000) as u16,
        );
        let server = ([10, 0, 0, 2], 80);
        let is_back = nth % 2 == 1;
        let (from, to) = if is_back {
            (server, client)
        } else {
            (client, server)
        };
        let builder = PacketBuilder::ipv4(from.0, to.0, 64).tcp(from.1, to.1, 100 + nth, 64_240);
        let builder = if nth < 2 { builder.syn() } else { builder };
        let builder = if nth > 0 {
            builder.ack(100 + nth)
        } else {
            builder
        };
        packet.clear();
        builder
            .write(&mut packet, &[b'x'][..usize::from(nth > 2)])
            .expect("a vector takes all");
        let length = packet.len() as u32;
        for word in [number / 1_000_000, number % 1_000_000, length, length] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(&packet);
    }
    bytes
}

struct Window {
    session: Session,
    ctx: egui::Context,
    seconds: f64,
}

impl Window {
    fn over(capture: Arc<Capture>) -> Self {
        let course = Course::open(None).expect("what is built in is sound");
        let kept = Kept::nothing(Language::English);
        let binary = PathBuf::from("/nowhere/sockstep");
        let wake = Arc::new(|| {});
        let mut session = Session::start_again(WireKind::Held, binary, course, kept, None, wake);
        session.show_capture(PathBuf::from("million.pcap"), capture);
        session.update(Command::Show(None));
        let ctx = egui::Context::default();
        ui::prepare(&ctx, &session.view().desk.settings);
        let mut window = Self {
            session,
            ctx,
            seconds: 0.0,
        };
        for _ in 0..20 {
            window.draw(Vec::new());
        }
        window
    }

    /// One frame; how many meshes it has, so that nothing of it is optimised away.
    fn draw(&mut self, events: Vec<Event>) -> usize {
        self.seconds += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_max(pos2(0.0, 0.0), pos2(1920.0, 1080.0))),
            time: Some(self.seconds),
            events,
            ..RawInput::default()
        };
        let view = self.session.view();
        let mut commands = Vec::new();
        let output = self
            .ctx
            .run_ui(input, |ui| ui::stage_ui(ui, &view, &mut commands));
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        for command in commands {
            self.session.update(command);
        }
        shapes.len()
    }

    fn select(&mut self, packet: usize) {
        self.session
            .update(Command::Survey(Surveying::Select(packet)));
        self.draw(Vec::new());
    }
}

fn wheel() -> Vec<Event> {
    let over_the_rows = Event::PointerMoved(pos2(1_200.0, 300.0));
    let turn = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -487.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    vec![over_the_rows, turn]
}

pub fn frames(criterion: &mut Criterion) {
    let scenes = [
        "at its beginning",
        "at its end",
        "scrolling",
        "from packet to packet",
    ];
    let names = scenes.map(|scene| {
        format!("frame at 1920×1080, a capture of 1,000,000 packets {scene} (aim: ≤ 4 ms)")
    });
    if !names.iter().any(|name| is_wanted(name)) {
        return;
    }
    let mut watch = |_| ControlFlow::Continue(());
    let capture = Capture::read(&file()[..], &Limits::default(), &mut watch);
    let mut window = Window::over(Arc::new(capture.expect("a sound file")));
    for (scene, name) in names.iter().enumerate() {
        window.select(if scene == 1 { PACKETS - 1 } else { 0 });
        let mut packet = 0;
        criterion.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let began = cpu();
                for _ in 0..rounds {
                    match scene {
                        2 => black_box(window.draw(wheel())),
                        3 => {
                            packet = (packet + 7_919) % PACKETS;
                            window.select(packet);
                            0
                        }
                        _ => black_box(window.draw(Vec::new())),
                    };
                }
                cpu() - began
            });
        });
    }
}
