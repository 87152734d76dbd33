//! The closed lists: stages, severities, actions, strengths, scopes and kinds.

use super::names::named;

named! {
    /// Where in the SMTP session something was said (RFC 5321). A stage that is not known is `None`.
    pub enum Stage {
        /// The connection and the greeting.
        Conn = "CONN",
        /// `EHLO` or `HELO`.
        Ehlo = "EHLO",
        /// `STARTTLS` (RFC 3207) and the handshake.
        Starttls = "STARTTLS",
        /// `AUTH` (RFC 4954).
        Auth = "AUTH",
        /// `MAIL FROM`.
        Mail = "MAIL",
        /// `RCPT TO`.
        Rcpt = "RCPT",
        /// The `DATA` command itself.
        Data = "DATA",
        /// After the final dot, when the whole message was sent.
        Body = "BODY",
        /// `QUIT` and `RSET`.
        Quit = "QUIT",
    }
}

impl Stage {
    /// The SMTP command that was being answered; what follows the final dot still answers `DATA`.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Self::Body => "DATA",
            other => other.name(),
        }
    }
}

named! {
    /// Whether sending again can help.
    pub enum Severity {
        /// Sending again unchanged will fail again.
        Permanent = "permanent",
        /// Sending again later can work.
        Temporary = "temporary",
        /// Nothing failed, or nothing is asked of the sender.
        Notice = "notice",
    }
}

named! {
    /// What a program that reads the diagnosis should do.
    pub enum Action {
        /// Take the address off the list.
        SuppressAddress = "suppress_address",
        /// Send again later.
        RetryLater = "retry_later",
        /// Wait: the server goes on by itself.
        Wait = "wait",
        /// Reach the recipient by another way.
        ContactRecipient = "contact_recipient",
        /// Send something smaller.
        ShrinkMessage = "shrink_message",
        /// Send something else.
        ChangeContent = "change_content",
        /// Mend the sending server or its DNS.
        FixSendingServer = "fix_sending_server",
        /// Send fewer messages in a time.
        SlowDown = "slow_down",
        /// Stop sending to this person.
        Unsubscribe = "unsubscribe",
        /// Nothing.
        None = "none",
    }
}

named! {
    /// How much a rule's words say. A later value beats an earlier one.
    pub enum Strength {
        /// Says that it failed, not why.
        Symptom = "symptom",
        /// A reason, in words that also wrap other reasons.
        Weak = "weak",
        /// A reason.
        Reason = "reason",
    }
}

named! {
    /// Whose words a rule is for. A later value beats an earlier one.
    pub enum Scope {
        /// Anybody's words.
        Anywhere = "anywhere",
        /// Only where the rule's provider wrote the report.
        Reporter = "reporter",
        /// Only where the rule's provider spoke the utterance.
        Speaker = "speaker",
        /// Only when asked for as a customer of the rule's provider.
        Asked = "asked",
    }
}

named! {
    /// What kind of report a failure came in.
    pub enum Kind {
        /// A final failure.
        Bounce = "bounce",
        /// Not delivered yet; the server keeps trying.
        Delay = "delay",
        /// A report of success.
        Success = "success",
        /// An abuse report (RFC 5965).
        Complaint = "complaint",
        /// An automatic answer (RFC 3834).
        AutoReply = "auto_reply",
        /// The recipient's service asks the sender to confirm.
        Challenge = "challenge",
    }
}

named! {
    /// What a provider is. One folder of `rules/` each.
    pub enum ProviderKind {
        /// The standards and general language.
        Standard = "standard",
        /// Mail server software.
        Mta = "mta",
        /// A mobile carrier.
        Carrier = "carrier",
        /// An internet provider or hoster.
        Isp = "isp",
        /// A mailbox service.
        Mailbox = "mailbox",
        /// A filter in front of mail servers.
        Gateway = "gateway",
        /// A list of blocked addresses.
        Blocklist = "blocklist",
        /// A sending service.
        Esp = "esp",
    }
}

named! {
    /// Which mails a note belongs to.
    pub enum Audience {
        /// Mails to the provider's users.
        Recipients = "recipients",
        /// Mails that the provider's own users sent.
        Customers = "customers",
        /// Mails that somebody else sent in our name; it stands in place of the advice.
        Backscatter = "backscatter",
    }
}
