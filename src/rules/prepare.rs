//! Rule files made ready when the program is built, so that no TOML has to be read when it starts.

use super::fault::Level;
use super::file::read_files;
use super::source::Layer;

/// The drafts of a layer's files, packed, in their order; nothing where one of them has an error.
#[must_use]
pub fn prepare(layer: &Layer) -> Option<Vec<Vec<u8>>> {
    let readings = read_files(&layer.files);
    let packed = readings.iter().map(|reading| {
        let sound = reading.faults.iter().all(|fault| fault.level == Level::Warning);
        sound.then(|| postcard::to_allocvec(&reading.draft).ok()).flatten()
    });
    packed.collect()
}
