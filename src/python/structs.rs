//! The `struct` module, over the interpreter's own packing.

pub(super) use native::module_def;

/// The part of the module that is written in Python: the `Struct` class.
pub(super) const PYTHON_PART: &str = include_str!("struct.py");

#[rustpython_vm::pymodule(name = "_struct")]
mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use rustpython_vm::buffer::{FormatSpec, struct_error_type};
    use rustpython_vm::builtins::{PyBytes, PyStr, PyTupleRef, PyTypeRef};
    use rustpython_vm::function::{ArgBytesLike, ArgMemoryBuffer, PosArgs};
    use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

    #[pyattr]
    fn error(vm: &VirtualMachine) -> PyTypeRef {
        struct_error_type(vm).to_owned()
    }

    fn parsed(format: &PyObject, vm: &VirtualMachine) -> PyResult<FormatSpec> {
        if let Some(text) = format.downcast_ref::<PyStr>() {
            FormatSpec::parse(text.to_string_lossy().as_bytes(), vm)
        } else if let Some(bytes) = format.downcast_ref::<PyBytes>() {
            FormatSpec::parse(bytes.as_bytes(), vm)
        } else {
            let class = format.class().name().to_string();
            let problem = format!("Struct() argument 1 must be a str or bytes object, not {class}");
            Err(vm.new_type_error(problem))
        }
    }

    #[pyfunction]
    fn pack(format: PyObjectRef, values: PosArgs, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        parsed(&format, vm)?.pack(values.into_vec(), vm)
    }

    #[pyfunction]
    fn pack_into(
        format: PyObjectRef,
        buffer: ArgMemoryBuffer,
        offset: usize,
        values: PosArgs,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let packed = parsed(&format, vm)?.pack(values.into_vec(), vm)?;
        buffer.with_ref(|bytes| match bytes.get_mut(offset..offset + packed.len()) {
            Some(room) => {
                room.copy_from_slice(&packed);
                Ok(())
            }
            None => Err(too_small(
                "pack_into",
                packed.len(),
                offset,
                bytes.len(),
                vm,
            )),
        })
    }

    #[pyfunction]
    fn unpack(
        format: PyObjectRef,
        buffer: ArgBytesLike,
        vm: &VirtualMachine,
    ) -> PyResult<PyTupleRef> {
        parsed(&format, vm)?.unpack(&buffer.borrow_buf(), vm)
    }

    #[pyfunction]
    fn unpack_from(
        format: PyObjectRef,
        buffer: ArgBytesLike,
        offset: rustpython_vm::function::OptionalArg<usize>,
        vm: &VirtualMachine,
    ) -> PyResult<PyTupleRef> {
        let (format, offset) = (parsed(&format, vm)?, offset.unwrap_or(0));
        let bytes = buffer.borrow_buf();
        match bytes.get(offset..offset + format.size()) {
            Some(bytes) => format.unpack(bytes, vm),
            None => Err(too_small(
                "unpack_from",
                format.size(),
                offset,
                bytes.len(),
                vm,
            )),
        }
    }

    #[pyfunction]
    fn calcsize(format: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(parsed(&format, vm)?.size())
    }

    fn too_small(
        function: &str,
        size: usize,
        offset: usize,
        have: usize,
        vm: &VirtualMachine,
    ) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let what = if function == "pack_into" {
            "packing"
        } else {
            "unpacking"
        };
        let problem = format!(
            "{function} requires a buffer of at least {} bytes for {what} {size} bytes at offset {offset} (actual buffer size is {have})",
            offset + size
        );
        vm.new_exception_msg(struct_error_type(vm).to_owned(), problem.into())
    }
}
