//! Tests of ui: every control by its label, every key, every reason, and pictures.

mod bytes;
mod controls;
mod course;
mod editing;
mod hosts;
mod inspector;
mod ladder;
mod legible;
mod looks;
mod named;
mod opening;
mod pictures;
mod prose;
mod queues;
mod rich;
mod room;
mod scenes;
mod sockets;
mod stage;
mod states;
mod story;
mod strips;
mod threads;
mod transport;
mod wire;
mod words;
