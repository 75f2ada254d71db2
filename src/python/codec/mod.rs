//! Text encodings beyond the interpreter's own utf-8 and ascii: what `'你好'.encode('gbk')` uses.
//!
//! In: bytes or text and the name of an error handler. Out: the other one, or the error CPython
//! raises, with its position and its words. The tables are the Encoding Standard's; where CPython's
//! differ in what matters to a Chinese course (gbk, gb2312), CPython's are followed.

mod multibyte;
mod single;
mod unicode;

use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyBytes, PyStr, PyStrRef, PyTuple,
};
use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::{ArgBytesLike, OptionalArg};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// One encoding.
#[derive(Clone, Copy)]
enum Codec {
    Multibyte(multibyte::Multibyte),
    Single(single::Single),
    Unicode(unicode::Unicode),
}

/// What stands at one place of some bytes.
enum Decoded {
    /// A character (a few codes of big5 are two), from so many bytes.
    Text(String, usize),
    /// So many bytes mean nothing, for this reason.
    Bad(usize, &'static str),
}

/// Why a character has no bytes, and how errors group such characters.
struct Unencodable {
    reason: &'static str,
    /// Whether several in a row are one error.
    in_runs: bool,
}

impl Codec {
    /// By the name that the registry normalised: lower case, `_` for everything else.
    fn find(name: &str) -> Option<Self> {
        multibyte::Multibyte::find(name)
            .map(Self::Multibyte)
            .or_else(|| single::Single::find(name).map(Self::Single))
            .or_else(|| unicode::Unicode::find(name).map(Self::Unicode))
    }

    fn decode_at(self, data: &[u8]) -> Decoded {
        match self {
            Self::Multibyte(codec) => codec.decode_at(data),
            Self::Single(codec) => codec.decode_at(data),
            Self::Unicode(codec) => codec.decode_at(data),
        }
    }

    fn encode(self, letter: CodePoint) -> Result<Vec<u8>, Unencodable> {
        match self {
            Self::Multibyte(codec) => codec.encode(letter),
            Self::Single(codec) => codec.encode(letter),
            Self::Unicode(codec) => codec.encode(letter),
        }
    }

    /// The name that errors give.
    fn name(self, is_encoding: bool) -> &'static str {
        match self {
            Self::Multibyte(codec) => codec.name,
            Self::Single(codec) => codec.name,
            Self::Unicode(codec) => codec.name(is_encoding),
        }
    }

    /// The byte order mark to write first.
    fn mark(self) -> &'static [u8] {
        match self {
            Self::Unicode(codec) => codec.mark(),
            Self::Multibyte(_) | Self::Single(_) => &[],
        }
    }

    /// The same encoding with the byte order that the data begins with, and the mark's length.
    fn for_data(self, data: &[u8]) -> (Self, usize) {
        match self {
            Self::Unicode(codec) => {
                let (codec, length) = codec.for_data(data);
                (Self::Unicode(codec), length)
            }
            Self::Multibyte(_) | Self::Single(_) => (self, 0),
        }
    }
}

/// The part of it that is Python: what decodes text that comes in pieces.
const PYTHON_PART: &str = include_str!("codecs.py");

pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    // Its path begins with `<`, which is how tracebacks know to leave it out.
    let code = vm
        .compile(PYTHON_PART, Mode::Exec, "<codecs>".to_owned())
        .map_err(|error| vm.new_syntax_error(&error, Some(PYTHON_PART)))?;
    let scope = vm.new_scope_with_builtins();
    vm.run_code_obj(code, scope.clone())?;
    let info = scope.globals.get_item("info", vm)?;
    let search =
        vm.new_function(
            "search",
            move |name: PyStrRef, vm: &VirtualMachine| match Codec::find(&name.to_string_lossy()) {
                Some(codec) => codec_info(codec, &info, vm),
                None => Ok(vm.ctx.none()),
            },
        );
    vm.state.codec_registry.register(search.into(), vm)
}

/// What Python's codec registry holds for an encoding.
fn codec_info(codec: Codec, info: &PyObject, vm: &VirtualMachine) -> PyResult {
    let encode = vm.new_function(
        "encode",
        move |text: PyStrRef, errors: OptionalArg<PyStrRef>, vm: &VirtualMachine| {
            encode(codec, &text, &handler(errors), vm)
        },
    );
    let whole = vm.new_function(
        "decode",
        move |data: ArgBytesLike, errors: OptionalArg<PyStrRef>, vm: &VirtualMachine| {
            let data = data.borrow_buf().to_vec();
            decode(codec, data, &handler(errors), Extent::Whole, vm)
        },
    );
    let part = vm.new_function(
        "decode",
        move |data: ArgBytesLike, errors: PyStrRef, is_last: bool, vm: &VirtualMachine| {
            let extent = match is_last {
                true => Extent::Whole,
                false => Extent::Part,
            };
            let data = data.borrow_buf().to_vec();
            decode(codec, data, &errors.to_string_lossy(), extent, vm)
        },
    );
    let name = vm.ctx.new_str(codec.name(false));
    info.call((name, encode, whole, part), vm)
}

/// Whether more bytes may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
}

fn handler(errors: OptionalArg<PyStrRef>) -> String {
    errors.map_or_else(
        || "strict".to_owned(),
        |errors| errors.to_string_lossy().into_owned(),
    )
}

fn encode(
    codec: Codec,
    text: &PyStrRef,
    errors: &str,
    vm: &VirtualMachine,
) -> PyResult<(Vec<u8>, usize)> {
    let letters: Vec<CodePoint> = text.as_wtf8().code_points().collect();
    let mut bytes = codec.mark().to_vec();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        match codec.encode(letter) {
            Ok(encoded) => {
                bytes.extend(encoded);
                at += 1;
            }
            Err(problem) => {
                let is_bad = |letter: &&CodePoint| codec.encode(**letter).is_err();
                let run = letters[at..].iter().take_while(is_bad).count();
                let end = at + if problem.in_runs { run } else { 1 };
                let error = unicode_error(
                    vm.ctx.exceptions.unicode_encode_error.as_object(),
                    (codec.name(true), text.clone(), at, end, problem.reason),
                    vm,
                )?;
                let (replacement, next) = handle(error.clone(), errors, letters.len(), vm)?;
                bytes.extend(replacement_bytes(codec, &replacement, error, vm)?);
                at = next;
            }
        }
    }
    Ok((bytes, letters.len()))
}

/// A handler gives bytes to insert as they are, or text to encode, which must then succeed.
fn replacement_bytes(
    codec: Codec,
    replacement: &PyObjectRef,
    error: PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<Vec<u8>> {
    if let Some(bytes) = replacement.downcast_ref::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let Some(text) = replacement.downcast_ref::<PyStr>() else {
        return Err(bad_handler(
            "encoding error handler must return (str/bytes, int) tuple",
            vm,
        ));
    };
    let mut bytes = Vec::new();
    for letter in text.as_wtf8().code_points() {
        match codec.encode(letter) {
            Ok(encoded) => bytes.extend(encoded),
            Err(_) => return Err(error),
        }
    }
    Ok(bytes)
}

fn decode(
    codec: Codec,
    data: Vec<u8>,
    errors: &str,
    extent: Extent,
    vm: &VirtualMachine,
) -> PyResult<(PyStrRef, usize)> {
    let (codec, mut at) = codec.for_data(&data);
    let mut text = Wtf8Buf::with_capacity(data.len());
    while at < data.len() {
        match codec.decode_at(&data[at..]) {
            Decoded::Text(decoded, length) => {
                text.push_str(&decoded);
                at += length;
            }
            // The rest of this character is on its way.
            Decoded::Bad(length, reason)
                if extent == Extent::Part
                    && at + length == data.len()
                    && reason.starts_with("incomplete") =>
            {
                return Ok((vm.ctx.new_str(text), at));
            }
            Decoded::Bad(length, reason) => {
                let bytes = vm.ctx.new_bytes(data.clone());
                let error = unicode_error(
                    vm.ctx.exceptions.unicode_decode_error.as_object(),
                    (codec.name(false), bytes, at, at + length, reason),
                    vm,
                )?;
                let (replacement, next) = handle(error, errors, data.len(), vm)?;
                let Some(replacement) = replacement.downcast_ref::<PyStr>() else {
                    return Err(bad_handler(
                        "decoding error handler must return (str, int) tuple",
                        vm,
                    ));
                };
                text.push_wtf8(replacement.as_wtf8());
                at = next;
            }
        }
    }
    Ok((vm.ctx.new_str(text), data.len()))
}

/// Makes the error by calling its class, which is the only way that gives it all its parts.
fn unicode_error(
    class: &rustpython_vm::PyObject,
    parts: impl rustpython_vm::function::IntoFuncArgs,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    class
        .call(parts, vm)?
        .downcast::<PyBaseException>()
        .map_err(|_| bad_handler("exceptions must derive from BaseException", vm))
}

/// Asks the registered error handler what to put in place, and where to go on.
fn handle(
    error: PyBaseExceptionRef,
    errors: &str,
    length: usize,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, usize)> {
    let answer = vm
        .state
        .codec_registry
        .lookup_error(errors, vm)?
        .call((error,), vm)?;
    let parts = answer
        .downcast_ref::<PyTuple>()
        .map(|parts| parts.as_slice());
    let Some([replacement, next]) = parts else {
        return Err(bad_handler("error handler must return a pair", vm));
    };
    let next: isize = next.clone().try_into_value(vm)?;
    let next = if next < 0 {
        next.saturating_add_unsigned(length)
    } else {
        next
    };
    match usize::try_from(next) {
        Ok(next) if next <= length => Ok((replacement.clone(), next)),
        _ => Err(vm.new_index_error(format!("position {next} from error handler out of bounds"))),
    }
}

fn bad_handler(problem: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(problem.to_owned())
}
