//! The same programs through ours and through `python3`, which must print the same.
#[test]
#[ignore]
fn scratch() {
    let source = std::fs::read_to_string(std::env::var("PY").unwrap()).unwrap();
    let played = super::gate::start("x.py", &source, &["hello", "world"]).end();
    println!("{}", played.output());
    if std::env::var("CALLS").is_ok() {
        println!("{:#?}", played);
    }
}
#[test]
#[ignore]
fn scratch_all() {
    for file in std::fs::read_dir(std::env::var("SYN").unwrap()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|e| e == "py") {
            let source = std::fs::read_to_string(&path).unwrap();
            let played = super::gate::start("x.py", &source, &["hello", "world"]).end();
            std::fs::write(path.with_extension("ours"), played.output()).unwrap();
        }
    }
}
