//! Where the journal's bytes are kept: a file that two windows never share, or memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{JournalError, read};

/// Where the journal's bytes are kept.
pub trait Store: Send {
    /// All bytes.
    fn load(&mut self) -> io::Result<Vec<u8>>;
    /// Drops everything after `len` bytes.
    fn cut(&mut self, len: u64) -> io::Result<()>;
    /// Appends and syncs. When it fails, what was written of `line` may stand: the journal cuts it off.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;
}

/// A journal in a file, held by a lock so that two windows never write the same one.
pub struct FileStore {
    file: File,
    // Keeps the lock as long as the store lives.
    _lock: File,
}

impl FileStore {
    /// Opens or makes `path`, for its owner only, and takes the lock beside it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let lock = private(path.with_extension("lock")).map_err(JournalError::Write)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy),
            Err(TryLockError::Error(error)) => return Err(JournalError::Read(error)),
        }
        let file = private(path.to_owned()).map_err(JournalError::Read)?;
        sync_folder(path).map_err(JournalError::Write)?;
        Ok(Self { file, _lock: lock })
    }

    /// Sets a damaged journal aside under a name with `stamp` in it and starts a new one with what can be read.
    /// Returns where the damaged one is kept. Nothing is lost: both files stand.
    pub fn set_aside(path: &Path, stamp: &str) -> io::Result<PathBuf> {
        let bytes = std::fs::read(path)?;
        let kept = path.with_extension(format!("damaged-{stamp}.jsonl"));
        std::fs::copy(path, &kept)?;
        let readable = readable_prefix(&bytes);
        let mut new = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        new.write_all(&bytes[..readable])?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        sync_folder(path)?;
        Ok(kept)
    }
}

fn readable_prefix(bytes: &[u8]) -> usize {
    let mut ends: Vec<usize> = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(at, _)| at + 1)
        .collect();
    while let Some(end) = ends.pop() {
        if read(&bytes[..end]).is_ok() {
            return end;
        }
    }
    0
}

fn private(path: PathBuf) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Makes a new file's name survive a power cut. Windows has no such call and needs none.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Ok(()),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

impl Store for FileStore {
    fn load(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)?;
        self.file.sync_all()
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(line)?;
        self.file.sync_data()
    }
}

/// A journal in memory, for tests and for looking at things that are not kept.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Appends that still succeed; `None` means all do.
    left: Option<Arc<Mutex<usize>>>,
}

impl MemoryStore {
    /// The same bytes, as after a restart, with every append succeeding.
    pub fn reopened(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            left: None,
        }
    }

    /// The same bytes, on a disk that is full after `appends` more.
    pub fn full_after(&self, appends: usize) -> Self {
        Self {
            bytes: self.bytes.clone(),
            left: Some(Arc::new(Mutex::new(appends))),
        }
    }

    /// The bytes as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
            .into_owned()
    }

    /// A journal with these bytes.
    pub fn of(text: &str) -> Self {
        Self {
            bytes: Arc::new(Mutex::new(text.as_bytes().to_vec())),
            left: None,
        }
    }
}

impl Store for MemoryStore {
    fn load(&mut self) -> io::Result<Vec<u8>> {
        Ok(self
            .bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .truncate(len as usize);
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = &self.left {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            if *left == 0 {
                // A full disk takes part of the line, as a real one does.
                bytes.extend_from_slice(&line[..line.len() / 2]);
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            *left -= 1;
        }
        bytes.extend_from_slice(line);
        Ok(())
    }
}
