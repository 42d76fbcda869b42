//! A process that is stopped removes the keys of the cases under way before it ends.

use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use super::program::Say;
use crate::diagnostic::counted;
use crate::run::Interrupt;
use crate::signal::{INTERRUPTED, Stops};

/// How long a test of many may take to end after a stop: nextest kills it after 10 s, and then nothing names what stays.
const GRACE: Duration = Duration::from_secs(9);

/// Whether the process was stopped, and how many cases are under way.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    stops: Stops,
    under_way: Arc<watch::Sender<usize>>,
}

/// A case that is under way as long as this lives.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<watch::Sender<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|cases| *cases -= 1);
    }
}

impl Stop {
    /// Listens to signals from now on; to be called within a runtime. A test that is `one_of_many` has a limit of time for
    /// its clean-up.
    pub(super) fn listen(one_of_many: bool, say: Say) -> Self {
        let stop = Self { stops: Stops::listen(), under_way: Arc::new(watch::Sender::new(0)) };
        tokio::spawn(stop.clone().end_in_good_order(one_of_many, say));
        stop
    }

    /// The request to stop.
    pub(super) fn interrupt(&self) -> &Interrupt {
        self.stops.interrupt()
    }

    /// Counts a case as under way. It does not return once the process was stopped, for that is about to end.
    pub(super) fn begin(&self) -> UnderWay {
        self.under_way.send_modify(|cases| *cases += 1);
        let under_way = UnderWay(Arc::clone(&self.under_way));
        // After the case was counted: one of the two sees the other.
        if self.interrupt().is_stopped() {
            drop(under_way);
            loop {
                thread::park();
            }
        }
        under_way
    }

    async fn end_in_good_order(self, one_of_many: bool, say: Say) {
        let interrupt = self.interrupt();
        interrupt.stopped().await;

        let mut under_way = self.under_way.subscribe();
        let cases = *under_way.borrow_and_update();
        if cases > 0 {
            let cases = counted(cases, "case", "cases");
            say(&format!("{}: removing the keys of {cases}; again to stop now", interrupt.reason()));
            self.stops.announced();
        }

        tokio::select! {
            _ = under_way.wait_for(|cases| *cases == 0) => process::exit(INTERRUPTED),
            () = tokio::time::sleep(GRACE), if one_of_many => interrupt.stop_at_once(),
        }
        // The cases name what they leave behind.
        let _ = under_way.wait_for(|cases| *cases == 0).await;
        process::exit(INTERRUPTED);
    }
}
