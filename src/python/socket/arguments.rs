//! Reading the arguments of socket methods with CPython's complaints, and showing them.

use std::time::Duration;

use rustpython_vm::function::{ArgBytesLike, ArgMemoryBuffer, FuncArgs, OptionalArg};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use super::address;
use super::constants;
use super::descriptor::Timeout;
use crate::python::locals;

pub(super) fn int32(value: &PyObject, vm: &VirtualMachine) -> PyResult<i32> {
    i32::try_from(address::int(value, vm)?)
        .map_err(|_| vm.new_overflow_error("Python int too large to convert to C int".to_owned()))
}

/// The one argument of a method that takes exactly one.
pub(super) fn only_argument(
    method: &str,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    let given = args.args.len();
    match <[PyObjectRef; 1]>::try_from(args.args) {
        Ok([argument]) => Ok(argument),
        Err(_) => Err(vm.new_type_error(format!(
            "socket.{method}() takes exactly one argument ({given} given)"
        ))),
    }
}

pub(super) fn bytes_like(data: PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let class = data.class().name().to_string();
    let bytes = ArgBytesLike::try_from_object(vm, data).map_err(|_| {
        vm.new_type_error(format!("a bytes-like object is required, not '{class}'"))
    })?;
    Ok(bytes.borrow_buf().to_vec())
}

pub(super) fn flag_bits(flags: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<i32> {
    flags.into_option().map_or(Ok(0), |flags| int32(&flags, vm))
}

/// How many bytes a receive may bring.
pub(super) fn room(method: &str, count: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    usize::try_from(address::int(count, vm)?)
        .map_err(|_| vm.new_value_error(format!("negative buffersize in {method}")))
}

pub(super) fn timeout_from(timeout: &PyObject, vm: &VirtualMachine) -> PyResult<Timeout> {
    if vm.is_none(timeout) {
        return Ok(Timeout::Blocking);
    }
    let seconds = seconds(timeout, vm)?;
    if seconds == 0.0 {
        return Ok(Timeout::NonBlocking);
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) => Ok(Timeout::Within(duration)),
        Err(_) => Err(vm.new_value_error("Timeout value out of range".to_owned())),
    }
}

/// A number of seconds, whole or not.
pub(in crate::python) fn seconds(value: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    use rustpython_vm::builtins::PyFloat;
    match value.downcast_ref::<PyFloat>() {
        Some(number) => Ok(number.to_f64()),
        None => Ok(address::int(value, vm)? as f64),
    }
}

pub(super) fn timeout_object(timeout: Timeout, vm: &VirtualMachine) -> PyObjectRef {
    match timeout {
        Timeout::Blocking => vm.ctx.none(),
        Timeout::NonBlocking => vm.ctx.new_float(0.0).into(),
        Timeout::Within(duration) => vm.ctx.new_float(duration.as_secs_f64()).into(),
    }
}

/// A number as the enum that `socket.py` made for it: `AddressFamily.AF_INET`.
pub(super) fn enumerated(
    class: &'static str,
    number: i32,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    vm.import("socket", 0)?
        .get_attr(class, vm)?
        .call((number,), vm)
}

pub(super) fn shown_bytes(bytes: &[u8], vm: &VirtualMachine) -> String {
    /// More bytes than this never fit beside a line.
    const MOST: usize = 100;
    let start = bytes[..bytes.len().min(MOST)].to_vec();
    locals::repr(vm.ctx.new_bytes(start).as_object(), vm)
}

pub(super) fn with_flags(mut shown: String, flags: i32) -> String {
    if flags != 0 {
        shown.push_str(", ");
        shown.push_str(&constants::flag_names(flags));
    }
    shown
}

/// The repr of what most calls return.
pub(super) fn none(_: &()) -> String {
    "None".to_owned()
}

/// The program's own buffer, for a receive into it.
pub(super) struct Into {
    buffer: ArgMemoryBuffer,
    class: String,
    pub count: usize,
}

impl Into {
    /// The buffer and count of `method`, which says `too_small` in its own words.
    pub fn read(
        method: &str,
        buffer: PyObjectRef,
        count: OptionalArg<PyObjectRef>,
        too_small: &str,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let class = buffer.class().name().to_string();
        let buffer = ArgMemoryBuffer::try_from_object(vm, buffer).map_err(|_| {
            vm.new_type_error(format!(
                "{method}() argument 1 must be read-write bytes-like object, not {class}"
            ))
        })?;
        let count = match count {
            OptionalArg::Present(count) => room(method, &count, vm)?,
            OptionalArg::Missing => 0,
        };
        if count > buffer.len() {
            return Err(vm.new_value_error(too_small.to_owned()));
        }
        let count = if count == 0 { buffer.len() } else { count };
        Ok(Self {
            buffer,
            class,
            count,
        })
    }

    pub fn shown(&self) -> String {
        format!("<{} of {}>, {}", self.class, self.buffer.len(), self.count)
    }

    /// Gives how many bytes were written. With MSG_TRUNC the kernel may say more than there is room.
    pub fn fill(&self, data: &[u8]) -> usize {
        self.buffer.with_ref(|bytes| {
            let count = data.len().min(bytes.len());
            bytes[..count].copy_from_slice(&data[..count]);
        });
        data.len()
    }
}
