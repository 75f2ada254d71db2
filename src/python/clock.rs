//! `time.sleep`, announced like any call that waits. The rest of `time` is the interpreter's own.

use std::time::{Duration, Instant};

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::call::{self, Name};
use super::{locals, socket};

pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let time = vm.import("time", 0)?;
    time.set_attr("sleep", vm.new_function("sleep", sleep), vm)
}

fn sleep(seconds: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let shown = locals::repr(seconds.as_object(), vm);
    let seconds = socket::seconds(&seconds, vm)?;
    if seconds < 0.0 {
        return Err(vm.new_value_error("sleep length must be non-negative".to_owned()));
    }
    let until = Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|duration| Instant::now().checked_add(duration))
        .ok_or_else(|| {
            vm.new_overflow_error("timestamp too large to convert to C PyTime_t".to_owned())
        })?;
    let name = Name::without_descriptor("sleep", shown);
    call::make(vm, name, |call| call.sleep(until), |()| "None".to_owned())
}
