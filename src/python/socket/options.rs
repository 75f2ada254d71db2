//! `setsockopt` and `getsockopt`, for the options that the module names; the system call itself is the gate's.

use std::io;

use rustpython_vm::builtins::PyInt;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::PySocket;
use super::arguments::{bytes_like, int32, none, shown_bytes};
use super::constants;
use super::transfer::Transfer;
use crate::python::{call, locals};

const EINVAL: i32 = 22;
const ENOPROTOOPT: i32 = 92;
/// No option of ours takes more; the kernel's own limit is far higher.
const MOST_BYTES: usize = 1024;

/// Whether the lab has this option. There are others in the kernel, with packet filters and the
/// host's devices behind them.
fn check(level: i32, name: i32) -> io::Result<()> {
    match constants::is_option(level, name) {
        true => Ok(()),
        false => Err(io::Error::from_raw_os_error(ENOPROTOOPT)),
    }
}

pub(super) fn set(socket: &PySocket, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let (level, name, value) = match args.args.as_slice() {
        [level, name, value] => (int32(level, vm)?, int32(name, vm)?, value),
        args => {
            return Err(vm.new_type_error(format!(
                "setsockopt() takes exactly 3 arguments ({} given)",
                args.len()
            )));
        }
    };
    let (bytes, shown) = if value.downcastable::<PyInt>() {
        let number = int32(value, vm)?;
        (number.to_ne_bytes().to_vec(), number.to_string())
    } else {
        let bytes = bytes_like(value.clone(), vm)?;
        if bytes.len() > MOST_BYTES {
            return Err(call::os_error(&io::Error::from_raw_os_error(EINVAL), vm)?);
        }
        let shown = shown_bytes(&bytes, vm);
        (bytes, shown)
    };
    let shown = format!("{}, {shown}", constants::option_name(level, name));
    let work = |to: &mut Transfer<'_, '_>| {
        check(level, name)?;
        let gate = &to.call.here.running.gate;
        Ok(gate.set_option(&to.handle.socket(), level, name, &bytes)?)
    };
    socket.gated(("setsockopt", shown), 0, work, none, vm)
}

pub(super) fn get(socket: &PySocket, args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let (level, name, room) = match args.args.as_slice() {
        [level, name] => (int32(level, vm)?, int32(name, vm)?, None),
        [level, name, room] => (int32(level, vm)?, int32(name, vm)?, Some(int32(room, vm)?)),
        args => {
            return Err(vm.new_type_error(format!(
                "getsockopt() takes at least 2 arguments ({} given)",
                args.len()
            )));
        }
    };
    if room.is_some_and(|room| !(1..=1024).contains(&room)) {
        return Err(vm.new_os_error("getsockopt buflen out of range".to_owned()));
    }
    let bytes_room = room.map_or(4, |room| usize::try_from(room).unwrap_or(4));
    let mut shown = constants::option_name(level, name);
    if let Some(room) = room {
        shown.push_str(&format!(", {room}"));
    }
    let value = |bytes: &[u8]| match (room, <[u8; 4]>::try_from(bytes)) {
        (None, Ok(bytes)) => vm.new_pyobj(i32::from_ne_bytes(bytes)),
        (None, Err(_)) => vm.new_pyobj(bytes.first().copied().unwrap_or(0)),
        (Some(_), _) => vm.ctx.new_bytes(bytes.to_vec()).into(),
    };
    let work = |to: &mut Transfer<'_, '_>| {
        check(level, name)?;
        let gate = &to.call.here.running.gate;
        Ok(gate.get_option(&to.handle.socket(), level, name, bytes_room)?)
    };
    let show = |bytes: &Vec<u8>| locals::repr(&value(bytes), vm);
    let bytes = socket.gated(("getsockopt", shown), 0, work, show, vm)?;
    Ok(value(&bytes))
}
