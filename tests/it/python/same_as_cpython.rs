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
