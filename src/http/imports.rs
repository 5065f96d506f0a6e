//! Files over HTTP: the body is the file's bytes, what it does not say itself is in the query. The use-case is the one that
//! `cunshe import` calls; the same file again changes nothing, so that no key is needed.

use crate::bookkeeper::intake::{FileKind, Intake, IntakeError};
use crate::files::Counter;
use crate::files::facts::schema::kinds;
use crate::files::shop_days::RATE_DEFAULT;
use crate::http::Door;
use crate::http::books::find_book;
use crate::http::business::FactPath;
use crate::http::draft::{date, signatures};
use crate::http::problem::{Problem, ProblemBody};
use crate::ledger::DimensionCode;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::io::Cursor;
use utoipa::{IntoParams, ToSchema};

/// 文件原样的内容
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBody(pub Vec<u8>);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ImportPath {
    /// 账套编码
    book: String,
    /// 文件种类：shop-days、wechat-bill、alipay-bill、wechat-funds、alipay-funds
    kind: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// 经办人，也是所生成凭证的制单人
    by: String,
    /// 审核人
    approved_by: String,
    /// 登记日期，如 2025-01-31；不写则为文件中最晚的一天
    date: Option<String>,
    /// true：只检查，不登记
    #[serde(default)]
    dry_run: bool,
    /// 门店编码：商户文件必写，其他文件不写
    shop: Option<String>,
    /// 渠道编码：wechat-bill、alipay-bill 必写，其他文件不写
    channel: Option<String>,
    /// 征收率（万分之）：wechat-bill、alipay-bill 可写，不写为 100；其他文件不写
    tax_basis_points: Option<u32>,
}

impl ImportQuery {
    /// Takes a code out of the query.
    fn code(text: &mut Option<String>, name: &str) -> Result<DimensionCode, Problem> {
        let text = text.take();
        let missing = || Problem::bad_request("query_malformed", format!("这种文件须写 {name}。接口说明见 /api/openapi.json。"));
        let text = text.ok_or_else(missing)?;
        let malformed = || Problem::bad_request("code_malformed", format!("{name} 的“{text}”不是编码。请填写已登记的编码。"));
        DimensionCode::parse(&text).ok_or_else(malformed)
    }

    fn shop(&mut self) -> Result<DimensionCode, Problem> {
        ImportQuery::code(&mut self.shop, "shop")
    }

    fn counter(&mut self) -> Result<Counter, Problem> {
        let (shop, channel) = (self.shop()?, ImportQuery::code(&mut self.channel, "channel")?);
        Ok(Counter { channel, shop, tax_basis_points: self.tax_basis_points.take().unwrap_or(RATE_DEFAULT) })
    }

    /// What the kind of file did not take would be ignored, so it is refused.
    fn unused(&self) -> Option<&'static str> {
        let left = [
            ("shop", self.shop.is_some()),
            ("channel", self.channel.is_some()),
            ("tax_basis_points", self.tax_basis_points.is_some()),
        ];
        left.into_iter().find(|(_, is_left)| *is_left).map(|(name, _)| name)
    }
}

/// 导入营业日报或商户文件：全部登记，或者一件也不登记
#[utoipa::path(post, operation_id = "import_file", path = "/api/v1/books/{book}/imports/{kind}", tag = "导入", params(ImportPath, ImportQuery),
    request_body(content = FileBody, content_type = "application/octet-stream", description = "文件原样的内容：CSV（UTF-8 或 GB 18030）；商户文件也可以是下载的 zip"),
    responses((status = 201, description = "已登记；added 新登记、unchanged 已有、replayed 全部已有、notes 未用的列和提醒", body = Value),
        (status = 200, description = "没有新登记的：只检查，或以前导入过", body = Value),
        (status = "default", description = "一件也没有登记；errors 写明行 row、列 column", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn import(
    State(door): State<Door>,
    path: Result<Path<ImportPath>, PathRejection>,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(path), Query(mut query), body) = (path?, query?, body?);
    find_book(&door, &path.book)?;
    let kind = match path.kind.as_str() {
        "shop-days" => FileKind::ShopDays,
        "wechat-bill" => FileKind::WechatBill(query.counter()?),
        "alipay-bill" => FileKind::AlipayBill(query.counter()?),
        "wechat-funds" => FileKind::WechatFunds(query.shop()?),
        "alipay-funds" => FileKind::AlipayFunds(query.shop()?),
        other => {
            let detail = format!(
                "没有文件种类 {other}。可用：shop-days、wechat-bill、alipay-bill、wechat-funds、alipay-funds、facts/业务事实。"
            );
            return Err(Problem::not_found("import_unknown", detail));
        }
    };
    take_in(&door, &path.book, kind, query, body).await
}

/// 导入一种业务事实的表格：全部登记，或者一件也不登记
#[utoipa::path(post, operation_id = "import_facts", path = "/api/v1/books/{book}/imports/facts/{kind}", tag = "导入", params(FactPath, ImportQuery),
    request_body(content = FileBody, content_type = "application/octet-stream", description = "文件原样的内容：CSV（UTF-8 或 GB 18030），各种的列见 docs/importing.md"),
    responses((status = 201, description = "已登记；added 新登记、unchanged 已有、replayed 全部已有、notes 未用的列和提醒", body = Value),
        (status = 200, description = "没有新登记的：只检查，或以前导入过", body = Value),
        (status = "default", description = "一件也没有登记；errors 写明行 row、列 column", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn import_facts(
    State(door): State<Door>,
    path: Result<Path<FactPath>, PathRejection>,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Path(path), Query(query), body) = (path?, query?, body?);
    find_book(&door, &path.book)?;
    let kind = kinds().iter().find(|kind| kind.word == path.kind).ok_or_else(|| {
        let known = kinds().iter().map(|kind| kind.word).collect::<Vec<_>>().join("、");
        Problem::not_found("fact_unknown", format!("没有可以用表格导入的业务事实 {}。可用：{known}。", path.kind))
    })?;
    take_in(&door, &path.book, FileKind::Facts(kind), query, body).await
}

async fn take_in(door: &Door, book: &str, kind: FileKind, query: ImportQuery, body: Bytes) -> Result<Response, Problem> {
    if let Some(name) = query.unused() {
        let detail = format!("这种文件不用写 {name}。请去掉；接口说明见 /api/openapi.json。");
        return Err(Problem::bad_request("query_malformed", detail));
    }
    let mut errors = Vec::new();
    let signatures = signatures(&query.by, "", &query.approved_by, "", "", &mut errors);
    let date = query.date.as_deref().and_then(|text| date(text, "", &mut errors));
    if !errors.is_empty() {
        return Err(Problem::malformed(errors));
    }
    let intake = Intake { kind, signatures, date, dry_run: query.dry_run };
    let imported = door.bookkeeper.take_in(book, Cursor::new(body), intake).await.map_err(|error| match error {
        IntakeError::Refused(refusal) => Problem::of_file(refusal),
        IntakeError::Post(error) => Problem::of_post(error, |_| String::new()),
    })?;
    let recorded = imported.added > 0 && !imported.dry_run;
    let status = if recorded { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(imported)).into_response())
}
