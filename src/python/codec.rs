//! Text encodings beyond the interpreter's own.
use rustpython_vm::{PyResult, VirtualMachine};
pub(super) fn install(_: &VirtualMachine) -> PyResult<()> {
    Ok(())
}
