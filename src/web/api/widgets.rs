//! What a widget's page has to know before anybody has proven anything.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::ids::WidgetId;
use crate::domain::reject::{Code, Reject};
use crate::web::front::Caller;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;
use crate::wire::widgets::{WidgetBody, WidgetQuery};

fn unknown() -> Reject {
    Reject::new(
        Code::NotFound,
        "There is no such widget; see the snippet in the console.",
    )
}

/// A widget in one language: how it looks, what it asks, whether somebody is there. Needs no
/// credentials.
#[utoipa::path(get, path = "/api/v1/widgets/{id}", tag = "widgets",
    params(("id" = String, Path, description = "The widget"), WidgetQuery), responses(
    (status = 200, body = WidgetBody),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn view(
    caller: HttpRequest,
    state: web::Data<WebState>,
    id: web::Path<String>,
    query: web::Query<WidgetQuery>,
) -> Result<HttpResponse, ApiError> {
    let id = WidgetId::parse(&id).map_err(|_| unknown())?;
    let company = state.gateway.company();
    let widget = company.widgets.get(&id).ok_or_else(unknown)?;
    Caller::of(&caller).origin.permit(&company, Some(&id))?;
    let locale = query.locale.as_deref();
    let body = WidgetBody::of(&id, widget, &company, locale, state.gateway.now());
    Ok(HttpResponse::Ok().json(body.ok_or_else(unknown)?))
}
