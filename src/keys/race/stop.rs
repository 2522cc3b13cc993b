//! The word that no answer is wanted any more, which also ends the calls that are under way.

#[cfg(feature = "aws")]
pub(super) use self::heard_by_calls::StopSignal;
#[cfg(not(feature = "aws"))]
pub(super) use self::without_calls::StopSignal;

#[cfg(feature = "aws")]
mod heard_by_calls {
    use std::future::Future;
    use std::pin::pin;
    use std::task::Poll;
    use std::time::Instant;

    use tokio::sync::watch;

    #[derive(Default)]
    pub struct StopSignal(watch::Sender<bool>);

    impl StopSignal {
        pub fn give(&self) {
            self.0.send_replace(true);
        }

        pub fn is_given(&self) -> bool {
            *self.0.borrow()
        }

        /// The end of a call, or `None` if this word or the deadline comes first.
        pub async fn or<F: Future>(&self, deadline: Instant, call: F) -> Option<F::Output> {
            let mut stopped = self.0.subscribe();
            let mut call = pin!(call);
            let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
            let mut late = pin!(tokio::time::sleep_until(deadline.into()));
            std::future::poll_fn(|context| {
                if let Poll::Ready(output) = call.as_mut().poll(context) {
                    return Poll::Ready(Some(output));
                }
                let is_over = stop.as_mut().poll(context).is_ready() || late.as_mut().poll(context).is_ready();
                if is_over { Poll::Ready(None) } else { Poll::Pending }
            })
            .await
        }
    }
}

/// Where nothing talks to a key service, no call has to hear it.
#[cfg(not(feature = "aws"))]
mod without_calls {
    use std::sync::atomic::{AtomicBool, Ordering};

    #[derive(Default)]
    pub struct StopSignal(AtomicBool);

    impl StopSignal {
        pub fn give(&self) {
            self.0.store(true, Ordering::Release);
        }

        pub fn is_given(&self) -> bool {
            self.0.load(Ordering::Acquire)
        }
    }
}
