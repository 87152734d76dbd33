//! The server: connections, and an end in good order.

use std::io;
use std::net::{SocketAddr, TcpListener as Socket};
use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use super::guests::{Guests, Phase};
use super::{Limits, Options, router};
use crate::live::Live;

/// How long requests under way may take to their end once the server is told to stop.
const LAST_CALL: Duration = Duration::from_secs(10);

/// How long it waits when the system has no connection left to give.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that listens, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    socket: Socket,
    address: SocketAddr,
}

impl Server {
    /// Listens at an address.
    ///
    /// # Errors
    /// When that cannot be done there.
    pub fn at(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::bind(address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// Where it listens: with the port that the system gave, where 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Answers until the process is told to stop (SIGTERM or SIGINT), then ends what is under way.
///
/// # Errors
/// When the system gives no threads, or no signals.
pub fn run(server: Server, live: Arc<Live>, options: Options) -> io::Result<()> {
    let processors = available_parallelism().map_or(2, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(processors)
        // They work, and do not wait: more of them than processors make nothing faster.
        .max_blocking_threads(processors + 2)
        .enable_all()
        .build()?;
    let limits = options.limits;
    let done = runtime.block_on(async {
        let listener = TcpListener::from_std(server.socket)?;
        let guests = Arc::new(Guests::default());
        serve(&listener, &router(live, options, Arc::clone(&guests)), limits, &guests, told_to_stop()?).await;
        Ok(())
    });
    // What is still being worked on has nobody left to hear it.
    runtime.shutdown_background();
    done
}

/// Waits for SIGTERM or SIGINT.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn serve(listener: &TcpListener, router: &Router, limits: Limits, guests: &Arc<Guests>, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            stream = accept(listener, guests, limits.connections) => {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(limits.time)
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
                tokio::spawn(Arc::clone(guests).serve(graceful.watch(connection)));
            }
            () = &mut stop => break,
        }
    }
    let _ = tokio::time::timeout(LAST_CALL, graceful.shutdown()).await;
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, guests: &Guests, most: usize) -> TcpStream {
    let make_room = || guests.send_away(&[Phase::Head, Phase::Body]);
    loop {
        if guests.count() >= most && !make_room() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                return stream;
            }
            // Out of files, or a client that left again: the next may be better.
            Err(_) if make_room() => tokio::task::yield_now().await,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
