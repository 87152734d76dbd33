//! The parser of mails, told which header fields are read here; of the others it only says where they stand.

use std::sync::LazyLock;

use mail_parser::{HeaderName, MessageParser};

/// Reads mails, and the messages that they return.
pub(super) static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .header_content_type(HeaderName::ContentType)
        .header_content_type(HeaderName::ContentDisposition)
        .header_text(HeaderName::ContentTransferEncoding)
        .header_address(HeaderName::From)
        .header_address(HeaderName::To)
        .header_address(HeaderName::Cc)
        .header_text(HeaderName::Subject)
        .header_date(HeaderName::Date)
        .header_id(HeaderName::MessageId)
        .header_id(HeaderName::ReturnPath)
        .default_header_ignore()
});
