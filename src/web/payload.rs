//! The request's payload with the [`FrameGuard`] in front of the WebSocket decoder.
//!
//! Hands the decoder at most one frame at a time: the decoder behind it reads until there is
//! nothing left before it decodes one frame, so a flood of tiny frames would otherwise
//! pile up in its buffer. After a violation it swallows whatever still comes, so that the
//! close frame reaches a peer that goes on sending.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use super::guard::{FrameGuard, Violation};

/// Chunks swallowed in one go after a violation, so that other sockets get their turn.
const SWALLOWED_AT_ONCE: usize = 16;

/// Why the stream failed, for the session that sees only an error of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The peer broke a rule.
    Violation(Violation),
    /// The connection is gone.
    Lost,
}

/// Shared by the stream and its session, on one thread.
pub(super) type Verdict = Rc<Cell<Option<Failure>>>;

/// The guarded payload.
pub(super) struct GuardedPayload<S> {
    inner: S,
    guard: FrameGuard,
    rest: Bytes,
    /// A whole frame was handed over; the decoder shall decode it before it gets more.
    frame_handed_over: bool,
    verdict: Verdict,
}

impl<S> GuardedPayload<S> {
    pub(super) fn new(inner: S, verdict: Verdict) -> Self {
        Self {
            inner,
            guard: FrameGuard::default(),
            rest: Bytes::new(),
            frame_handed_over: false,
            verdict,
        }
    }

    fn fail(&mut self, failure: Failure) -> Poll<Option<Result<Bytes, PayloadError>>> {
        self.verdict.set(Some(failure));
        self.rest = Bytes::new();
        Poll::Ready(Some(Err(PayloadError::Io(io::Error::from(
            io::ErrorKind::InvalidData,
        )))))
    }
}

impl<S> GuardedPayload<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    fn swallow(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        for _ in 0..SWALLOWED_AT_ONCE {
            match Pin::new(&mut self.inner).poll_next(cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S> Stream for GuardedPayload<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.verdict.get().is_some() {
            return this.swallow(cx);
        }
        if std::mem::take(&mut this.frame_handed_over) {
            // No waker: the decoder has a whole frame, so its reader asks again after that
            // frame, or has woken itself because it reached its budget.
            return Poll::Pending;
        }
        if this.rest.is_empty() {
            match Pin::new(&mut this.inner).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) => this.rest = chunk,
                Poll::Ready(Some(Err(_))) => return this.fail(Failure::Lost),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        match this.guard.advance(&this.rest) {
            Ok(passed) => {
                this.frame_handed_over = passed.frame_complete;
                Poll::Ready(Some(Ok(this.rest.split_to(passed.bytes))))
            }
            Err(violation) => this.fail(Failure::Violation(violation)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::task::Waker;

    const HI: [u8; 8] = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];

    fn next<S>(payload: &mut GuardedPayload<S>) -> Poll<Option<Result<Bytes, PayloadError>>>
    where
        S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    {
        Pin::new(payload).poll_next(&mut Context::from_waker(Waker::noop()))
    }

    fn chunks(chunks: Vec<Vec<u8>>) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        stream::iter(chunks.into_iter().map(|c| Ok(Bytes::from(c))))
    }

    #[test]
    fn the_decoder_gets_one_frame_at_a_time() {
        let mut payload = GuardedPayload::new(chunks(vec![HI.repeat(3)]), Verdict::default());
        for _ in 0..3 {
            assert!(matches!(next(&mut payload), Poll::Ready(Some(Ok(frame))) if frame == HI[..]));
            assert!(next(&mut payload).is_pending());
        }
        assert!(matches!(next(&mut payload), Poll::Ready(None)));
    }

    #[test]
    fn after_a_violation_everything_is_swallowed() {
        let verdict = Verdict::default();
        let mut payload = GuardedPayload::new(
            chunks(vec![HI.to_vec(), vec![0xff; 10], HI.to_vec()]),
            verdict.clone(),
        );
        assert!(matches!(next(&mut payload), Poll::Ready(Some(Ok(_)))));
        assert!(next(&mut payload).is_pending());
        assert!(matches!(next(&mut payload), Poll::Ready(Some(Err(_)))));
        assert_eq!(
            verdict.get(),
            Some(Failure::Violation(Violation::Protocol(
                "A reserved bit is set"
            )))
        );
        assert!(matches!(next(&mut payload), Poll::Ready(None)));
    }
}
