//! Who talks, where and how they prove it.

use crate::cli::credentials::{Credentials, TOKEN_TIME};
use crate::client::token::SigningKey;
use crate::client::{Options, Party};

use super::TalkArgs;

/// What the options and the demo's credentials come to: address, token, workstream.
pub(super) fn introduce(args: &TalkArgs) -> Result<(Options, String), String> {
    // Read when something is missing, and complained about only then.
    let demo = Credentials::read(&args.credentials).map_err(|e| e.to_string());
    let url = match &args.url {
        Some(url) => url.clone(),
        None => demo.clone()?.url,
    };
    let name = &args.who.name;
    let token = match (args.who.party, &args.token, &args.secret, &args.key) {
        (_, Some(token), _, _) => token.clone(),
        (Party::Agent, None, Some(secret), _) => format!("{name}:{secret}"),
        (Party::Agent, None, None, _) => {
            demo.clone()?.agent_token(name).map_err(|e| e.to_string())?
        }
        (Party::Customer, None, _, Some(file)) => {
            let text =
                std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
            let key = SigningKey::from_base64(&text).map_err(|e| e.to_string())?;
            key.sign(name, TOKEN_TIME).map_err(|e| e.to_string())?
        }
        (Party::Customer, None, _, None) => demo
            .clone()?
            .customer_token(name)
            .map_err(|e| e.to_string())?,
    };
    let workstream = match (&args.workstream, args.who.party) {
        (Some(workstream), _) => workstream.clone(),
        (None, Party::Customer) => demo?.workstreams.persistent,
        (None, Party::Agent) => String::new(),
    };
    Ok((Options::new(&url, args.who.party, token), workstream))
}
