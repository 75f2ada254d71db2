//! One interpreter: built for one program, on the thread that runs it, and taken down there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyModule};
use rustpython_vm::compiler::{Mode, compile};
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::vm::PyGlobalState;
use rustpython_vm::{AsObject, Interpreter, PyResult, Settings, VirtualMachine};

use super::running::Running;
use super::{
    Ending, Program, clock, codec, console, modules, select, socket, structs, syntax, threads,
    traceback, wording,
};

/// CPython's limit, and what 16 MB of stack bear also in a debug build.
const RECURSION_LIMIT: usize = 1000;

pub(super) fn build(running: &Arc<Running>) -> Interpreter {
    let mut settings = Settings::default();
    settings.install_signal_handlers = false;
    settings.import_site = false;
    settings.write_bytecode = false;
    settings.user_site_directory = false;
    settings.ignore_environment = true;
    settings.isolated = true;
    settings.safe_path = true;
    settings.argv = vec![running.file.clone()];
    let builder = Interpreter::builder(settings);
    let ours = [
        socket::module_def(&builder.ctx),
        console::module_def(&builder.ctx),
        structs::module_def(&builder.ctx),
        threads::module_def(&builder.ctx),
        select::module_def(&builder.ctx),
    ];
    // The collector is one for the whole process and would walk other programs' objects while they
    // run. Programs here are short: reference counts do, and cycles are left to the process's end.
    gc_state().disable();
    builder.add_native_modules(&ours).build()
}

/// Gives the fresh interpreter our streams, codecs, clock and modules, and takes away the rest.
pub(super) fn furnish(vm: &VirtualMachine) -> PyResult<()> {
    vm.recursion_limit.set(RECURSION_LIMIT);
    wording::install(vm);
    console::install(vm)?;
    codec::install(vm)?;
    clock::install(vm)?;
    // The machine's own paths are no business of a program.
    for name in ["executable", "_base_executable"] {
        vm.sys_module.set_attr(name, vm.ctx.new_str(""), vm)?;
    }
    vm.sys_module
        .set_attr("path", vm.ctx.new_list(vec![]), vm)?;
    modules::install(vm)
}

/// Runs Python. The interpreter has defects that make it panic; a learner's program must not take the
/// whole lab along.
pub(super) fn survived<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default()
    })
}

/// Runs the program's text as `__main__`.
pub(super) fn execute(program: &Program, running: &Running, vm: &VirtualMachine) -> Ending {
    if let Some(ending) = syntax::refusal(program) {
        return ending;
    }
    // Not `vm.compile`, which would print warnings about escapes that CPython keeps to itself.
    let opts = vm.compile_opts();
    let code = match compile(&program.source, Mode::Exec, &program.file, opts) {
        Ok(code) => vm.ctx.new_code(code),
        Err(error) => return syntax::ending(&error, program),
    };
    let result = vm
        .new_scope_with_main()
        .and_then(|scope| vm.run_code_obj(code, scope));
    let ending = match result {
        Ok(_) => Ending::well(),
        Err(_) if running.stop().is_on() => Ending::stopped(),
        Err(exception) => ending(&exception, running, vm),
    };
    threads::join_all(vm);
    if running.stop().is_on() {
        return Ending::stopped();
    }
    ending
}

fn ending(exception: &PyBaseExceptionRef, running: &Running, vm: &VirtualMachine) -> Ending {
    if exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return exit(exception, running, vm);
    }
    Ending {
        traceback: Some(traceback::text(exception, running, vm)),
        line: traceback::last_line(exception, &running.file),
        is_stopped: false,
    }
}

/// `sys.exit()` ends well; `sys.exit("why")` prints why.
fn exit(exception: &PyBaseExceptionRef, running: &Running, vm: &VirtualMachine) -> Ending {
    if let Some(why) = exception.args().first().filter(|why| !vm.is_none(why))
        && !why.downcastable::<rustpython_vm::builtins::PyInt>()
        && let Ok(why) = why.str(vm)
    {
        running.gate.print(&format!("{why}\n"));
    }
    Ending::well()
}

/// Lets every thread of this interpreter end at its next bytecode, and at every one after that.
///
/// This is the interpreter's own way to end threads at its finalization: all but the main thread
/// get SystemExit. So no thread is the main one any more.
pub(super) fn end_at_next_bytecode(state: &PyGlobalState) {
    state.main_thread_ident.store(0);
    state.finalizing.store(true, Ordering::Release);
}

/// Lets the threads that outlived the main one end, but not the main one.
pub(super) fn end_other_threads(state: &PyGlobalState) {
    state.finalizing.store(true, Ordering::Release);
}

/// Empties the modules, so that the program's objects go away here and now.
///
/// The interpreter's own `finalize` would run the process-wide collector, which is not safe while
/// other programs run.
pub(super) fn empty(vm: &VirtualMachine) {
    let Ok(modules) = vm.sys_module.get_attr("modules", vm) else {
        return;
    };
    let Ok(modules) = modules.downcast::<PyDict>() else {
        return;
    };
    for (name, module) in modules.items_vec() {
        let is_main = name.str(vm).is_ok_and(|name| name.as_wtf8() == "__main__");
        if is_main && let Some(module) = module.downcast_ref::<PyModule>() {
            module.dict().clear();
        }
    }
    modules.clear();
}
