//! The body of a response, whole or broken off.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A body that announces `length` bytes and may end before.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    data: Option<Bytes>,
    length: u64,
    flushed: bool,
}

/// The body ends before its announced length, on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the response is truncated on purpose")]
pub(crate) struct Truncated;

impl ResponseBody {
    /// The whole of `data`.
    pub(crate) fn whole(data: impl Into<Bytes>) -> Self {
        let data = data.into();
        Self { length: data.len() as u64, data: Some(data), flushed: false }
    }

    /// The first half of `data`, announced as the whole.
    pub(crate) fn truncated(data: impl Into<Bytes>) -> Self {
        let data = data.into();
        Self { length: data.len() as u64, data: Some(data.slice(..data.len() / 2)), flushed: false }
    }

    fn is_short(&self) -> bool {
        self.data.is_none() && self.length > 0
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Truncated;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Truncated>>> {
        let body = self.get_mut();
        if let Some(data) = body.data.take() {
            body.length -= data.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !body.is_short() {
            return Poll::Ready(None);
        }
        if !std::mem::replace(&mut body.flushed, true) {
            // Lets the first half go out before the connection is cut.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Truncated)))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
