//! The step itself: one run at a time, one system call from the old tree to the new one.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;

use super::fault::{TreeFault, io_fault};

/// How often, and how long apart, a run asks for the lock before it gives up: five seconds in all.
const LOCK_ATTEMPTS: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Locks the folder that the tree stands in. The lock ends with the file handle, also when the process is killed.
pub(super) fn lock(parent: &Path) -> Result<File, TreeFault> {
    let handle = File::open(parent).map_err(io_fault("open folder", parent))?;
    for attempt in 0..LOCK_ATTEMPTS {
        if attempt > 0 {
            thread::sleep(LOCK_PAUSE);
        }
        match flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(handle),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(io_fault("lock folder", parent)(error.into())),
        }
    }
    Err(TreeFault::Locked(parent.to_owned()))
}

/// Exchanges two folders, whole.
pub(super) fn exchange(a: &Path, b: &Path) -> Result<(), TreeFault> {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| match error {
        Errno::INVAL | Errno::NOSYS => TreeFault::NoExchange(b.to_owned()),
        error => io_fault("exchange", b)(error.into()),
    })
}

/// Puts a folder where nothing stands.
pub(super) fn put(staged: &Path, folder: &Path) -> Result<(), TreeFault> {
    renameat_with(CWD, staged, CWD, folder, RenameFlags::NOREPLACE)
        .map_err(|error| io_fault("put a tree at", folder)(error.into()))
}
