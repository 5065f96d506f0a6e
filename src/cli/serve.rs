//! `serve`: the doors for people and for programs on a loopback address, until the process is told to stop.

use crate::bookkeeper::Bookkeeper;
use crate::cli::args::{Place, ServeOptions};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::print::say;
use crate::{http, web};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often every book's standing is signed while it changes.
const SEAL_INTERVAL: Duration = Duration::from_secs(60);

pub async fn run(place: &Place, options: ServeOptions) -> Result<Ending, Trouble> {
    let listener = listen(options.listen).await?;
    let mut config = place.config()?;
    if let Some(group_max) = options.group_max {
        config.group_max = group_max;
    }
    let bookkeeper = Bookkeeper::open(config).await?;
    serve(listener, bookkeeper).await
}

/// Binds a loopback address; any other is refused while people have no accounts here.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Trouble> {
    http::loopback_only(address).map_err(|_| {
        Trouble::environment("not_loopback", format!("只能在本机回环地址上服务，不能用 {address}。请用 127.0.0.1 或 [::1]。"))
    })?;
    TcpListener::bind(address).await.map_err(|error| {
        let (code, why) = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                ("port_busy", "端口已被占用。请停掉占用它的程序，或用 --listen 换一个端口".to_owned())
            }
            std::io::ErrorKind::PermissionDenied => ("port_denied", "没有使用这个端口的权限。请换 1024 以上的端口".to_owned()),
            _ => ("port_failed", error.to_string()),
        };
        Trouble::environment(code, format!("不能在 {address} 上服务：{why}。"))
    })
}

/// Serves until interrupted or terminated, then signs where every book stands.
pub async fn serve(listener: TcpListener, bookkeeper: Bookkeeper) -> Result<Ending, Trouble> {
    let address = listener.local_addr().map_err(Trouble::internal)?;
    say!("服务已就绪：打开 http://{address}/ （接口说明在 /api/openapi.json；按 Ctrl-C 停止）");
    let sealer = tokio::spawn(seal_regularly(bookkeeper.clone()));
    let router = web::beside(http::router(bookkeeper.clone()), bookkeeper.clone());
    let served = http::serve(listener, router, stop_asked()).await;
    sealer.abort();
    bookkeeper.seal_all().await?;
    bookkeeper.close().await;
    served.map(|()| Ending::Done).map_err(Trouble::internal)
}

async fn seal_regularly(bookkeeper: Bookkeeper) {
    let mut ticks = tokio::time::interval(SEAL_INTERVAL);
    loop {
        ticks.tick().await;
        if let Err(error) = bookkeeper.seal_all().await {
            tracing::error!(%error, "checkpoints could not be signed");
        }
    }
}

async fn stop_asked() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} },
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
