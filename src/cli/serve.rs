//! `modori serve`: answers over HTTP, and a page.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::running::Running;
use super::{Common, Exit, Failed};
use crate::service::{self, Limits, Options, Ready, Server};

/// Answer over HTTP, from rules that are loaded anew when their files change
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori serve --rules ./my-rules
  curl -s http://127.0.0.1:8025/v1/lookup --json '{\"text\": \"552 5.2.2 Mailbox full\", \"lang\": \"en\"}'
  curl -s http://127.0.0.1:8025/v1/scan --data-binary @bounce.eml

The page is at http://127.0.0.1:8025/, the list of all routes at /openapi.json.
It stops at SIGTERM and SIGINT, and looks at the rules at SIGHUP.")]
pub(super) struct Serve {
    /// Where to listen. There is no password: whoever can reach it can ask
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8025")]
    listen: SocketAddr,

    /// Refuse requests of more megabytes
    #[arg(long, value_name = "MB", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1024))]
    max_body: u32,

    /// Break off requests that take longer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,

    /// Refuse more requests at once
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    max_requests: u32,

    /// Let /readyz say no while changed rules are refused
    #[arg(long)]
    strict_ready: bool,

    #[command(flatten)]
    running: Running,

    #[command(flatten)]
    common: Common,
}

impl Serve {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let (live, langs) = self.running.start(&self.common)?;
        let server = Server::at(self.listen).map_err(|error| Failed::Because(format!("it cannot listen at {}: {error}", self.listen)))?;
        anstream::eprintln!("modori: listening at http://{}/", server.address());
        let limits = Limits {
            body: (self.max_body as usize) << 20,
            time: Duration::from_secs(self.timeout.into()),
            requests: self.max_requests as usize,
            ..Limits::default()
        };
        let ready = if self.strict_ready { Ready::UpToDate } else { Ready::Answering };
        let options = Options { langs, provider: self.common.provider.clone(), limits, ready };
        service::run(server, live, options).map_err(|error| Failed::Because(format!("it cannot serve: {error}")))?;
        Ok(Exit::Done)
    }
}
