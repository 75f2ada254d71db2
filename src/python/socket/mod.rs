//! The `socket` module: CPython's surface over real kernel sockets.
//!
//! Every method that reaches the kernel goes through [`call::make`](super::call::make). The
//! descriptors are always non-blocking; blocking mode and timeouts are made of tries and waits, as
//! CPython makes its timeouts. The parts: `class` is what Python sees, `gated` and `options` help it,
//! `descriptor` is what a socket owns, `transfer` the tries and waits, `address` and `names` the
//! tuples and the functions about them, `arguments` CPython's checks and complaints. `socket.py` adds
//! what CPython, too, writes in Python. Left out: `makefile`, ancillary data, raw sockets, and any
//! resolver but the numbers and `localhost`.

mod address;
mod arguments;
mod class;
mod constants;
mod descriptor;
mod gated;
mod names;
mod options;
mod transfer;

pub(super) use arguments::seconds;
pub(super) use class::PySocket;
pub(super) use descriptor::{Descriptor, Handle, Timeout};
pub(super) use native::module_def;

/// The part of the module that is written in Python.
pub(super) const PYTHON_PART: &str = include_str!("socket.py");

#[rustpython_vm::pymodule(name = "_socket", with(names::native))]
mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use rustpython_vm::VirtualMachine;
    use rustpython_vm::builtins::PyTypeRef;
    use rustpython_vm::class::PyClassImpl;

    use super::PySocket;

    #[pyattr]
    fn socket(_: &VirtualMachine) -> PyTypeRef {
        PySocket::make_static_type()
    }

    #[pyattr]
    fn error(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.exceptions.os_error.to_owned()
    }

    #[pyattr]
    fn timeout(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.exceptions.timeout_error.to_owned()
    }

    #[pyattr]
    fn gaierror(vm: &VirtualMachine) -> PyTypeRef {
        let base = vm.ctx.exceptions.os_error.to_owned();
        vm.ctx
            .new_exception_type("socket", "gaierror", Some(vec![base]))
    }

    #[pyattr]
    fn herror(vm: &VirtualMachine) -> PyTypeRef {
        let base = vm.ctx.exceptions.os_error.to_owned();
        vm.ctx
            .new_exception_type("socket", "herror", Some(vec![base]))
    }
}
