//! Runs the body of every fuzz target on its committed corpus and on a few shapes that have broken
//! parsers before, so that what fuzzing found stays fixed on stable.

use std::path::Path;

const SHAPES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n.\r\n",
    b"=",
    b";",
    b"\\",
    b"\"",
    b"(",
    b"<",
    b"\xff",
];

#[test]
fn corpora_replay_without_a_finding() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, body) in postrider_fuzz::targets() {
        let mut inputs: Vec<Vec<u8>> = SHAPES.iter().map(|s| s.to_vec()).collect();
        if let Ok(dir) = std::fs::read_dir(corpus.join(name)) {
            inputs.extend(dir.map(|f| std::fs::read(f.unwrap().path()).unwrap()));
        }
        println!("{name}: {} inputs", inputs.len());
        inputs.iter().for_each(|input| body(input));
    }
}
