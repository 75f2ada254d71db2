//! The embedded interpreter: one program on one thread, held at each socket call.
//!
//! In: a [`Program`] and a [`Gate`]. Out: calls on the gate, in the order the program makes them,
//! and at last an [`Ending`]. Which call may go when is the gate's affair; so is everything about
//! namespaces, wires and events. A program has no files, no processes and no other network than the
//! sockets it is given.

mod call;
mod carets;
mod clock;
mod codec;
mod console;
mod gate;
mod interpreter;
mod locals;
mod modules;
mod running;
mod select;
mod socket;
mod structs;
mod syntax;
mod threads;
mod traceback;
mod wording;

use std::sync::{Arc, Weak};

use rustpython_vm::vm::PyGlobalState;

pub use gate::{
    Announcement, CallTicket, ClosedBy, Failure, Gate, Idle, Interest, Outcome, Stopped, Wake,
};
use running::{Here, Running};

/// A stack that bears the deepest recursion Python allows; less overflows.
pub const STACK_BYTES: usize = 16 << 20;

/// What to run.
pub struct Program {
    pub source: String,
    /// The name in tracebacks: `server.py`.
    pub file: String,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What Python printed last; `None` when the program ended well or was stopped.
    pub traceback: Option<String>,
    /// The line of the program that the exception came through last.
    pub line: Option<u32>,
    pub is_stopped: bool,
}

impl Ending {
    fn well() -> Self {
        Self {
            traceback: None,
            line: None,
            is_stopped: false,
        }
    }

    /// The interpreter itself failed, which is no error of the program.
    fn broken(why: String) -> Self {
        let traceback = format!("SystemError: the interpreter failed: {why}\n");
        Self {
            traceback: Some(traceback),
            ..Self::well()
        }
    }

    fn stopped() -> Self {
        Self {
            is_stopped: true,
            ..Self::well()
        }
    }
}

/// Runs a program on the calling thread, which needs a stack of [`STACK_BYTES`].
///
/// `ready` gets the [`Stopper`] before the first line runs. Threads that the program starts are
/// joined before this returns.
pub fn run(program: &Program, gate: Arc<dyn Gate>, ready: impl FnOnce(Stopper)) -> Ending {
    let program = &Program {
        source: syntax::with_plain_newlines(&program.source),
        file: program.file.clone(),
    };
    let running = Running::new(gate, &program.file, &program.source);
    let here = Here {
        running: running.clone(),
        thread: 0,
    };
    here.enter(|| {
        let interpreter = interpreter::build(&running);
        let ending = interpreter.enter(|vm| {
            interpreter::furnish(vm).unwrap_or_else(|error| {
                panic!("python starts: {}", traceback::text(&error, &running, vm))
            });
            ready(Stopper {
                running: running.clone(),
                state: Arc::downgrade(&vm.state),
            });
            let ending = interpreter::survived(|| interpreter::execute(program, &running, vm))
                .unwrap_or_else(Ending::broken);
            running.gate.ending();
            interpreter::end_other_threads(&vm.state);
            threads::join_rest(&running, vm);
            interpreter::empty(vm);
            ending
        });
        running.close_all();
        ending
    })
}

/// Ends a program from any thread.
///
/// A computing program ends at its next bytecode, whatever it catches; one that waits for a lock
/// of its own is woken. One that waits in its gate ends because the gate returns [`Stopped`]. A
/// single long native operation (`10**10**8`) cannot be interrupted.
#[derive(Clone)]
pub struct Stopper {
    running: Arc<Running>,
    state: Weak<PyGlobalState>,
}

impl Stopper {
    pub fn stop(&self) {
        self.running.stop().raise();
        if let Some(state) = self.state.upgrade() {
            interpreter::end_at_next_bytecode(&state);
        }
    }
}
