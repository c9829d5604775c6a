//! Who talks, and with which token: what the options and the demo's credentials come to.

use crate::cli::credentials::{Credentials, TOKEN_TIME};
use crate::client::token::SigningKey;
use crate::client::{Options, Party, TokenSource};

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
    let mut renewal = None;
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
            signed_by(key, name, &mut renewal)?
        }
        (Party::Customer, None, _, None) => {
            let key = demo.clone()?.signing_key().map_err(|e| e.to_string())?;
            signed_by(key, name, &mut renewal)?
        }
    };
    let workstream = match (&args.workstream, args.who.party) {
        (Some(workstream), _) => workstream.clone(),
        (None, Party::Customer) => demo?.workstreams.persistent,
        (None, Party::Agent) => String::new(),
    };
    let options = Options {
        renewal,
        ..Options::new(&url, args.who.party, token)
    };
    Ok((options, workstream))
}

/// The first token of a customer. Whoever holds the key signs new ones when they are asked for.
fn signed_by(
    key: SigningKey,
    name: &str,
    renewal: &mut Option<TokenSource>,
) -> Result<String, String> {
    let token = key.sign(name, TOKEN_TIME).map_err(|e| e.to_string())?;
    let name = name.to_owned();
    *renewal = Some(TokenSource::new(move || key.sign(&name, TOKEN_TIME).ok()));
    Ok(token)
}
