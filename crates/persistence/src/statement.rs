//! A query put together from texts of a small closed set, so that each connection prepares it once and PostgreSQL keeps its plan; what diesel's
//! `sql_query` runs is parsed and planned anew every time.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel::{PgConnection, RunQueryDsl};

enum Part {
    Text(Cow<'static, str>),
    Bind(Box<dyn QueryFragment<Pg> + Send>),
}

struct Bound<ST, U> {
    value: U,
    sql_type: PhantomData<ST>,
}

impl<ST, U> QueryFragment<Pg> for Bound<ST, U>
where
    Pg: HasSqlType<ST>,
    U: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_bind_param::<ST, U>(&self.value)
    }
}

/// Text and bound values in turn. A number that must not be a parameter, such as a page's size, stands in the text.
#[derive(Default)]
pub(crate) struct Statement {
    parts: Vec<Part>,
    is_rare: bool,
}

impl Statement {
    /// Goes on with a text.
    pub(crate) fn sql(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Goes on with a value.
    pub(crate) fn bind<ST, U>(mut self, value: U) -> Self
    where
        Pg: HasSqlType<ST>,
        ST: Send + 'static,
        U: ToSql<ST, Pg> + Send + 'static,
    {
        self.parts.push(Part::Bind(Box::new(Bound { value, sql_type: PhantomData::<ST> })));
        self
    }

    /// Not to be kept: one of too many texts.
    pub(crate) fn rare(mut self) -> Self {
        self.is_rare = true;
        self
    }
}

impl Statement {
    /// The same, with the types of its columns in their order: rows are then read by place. By name, every field of every row is looked for among
    /// all names, which for fifty wide rows costs more than the query.
    pub(crate) fn columns<ST>(self) -> Typed<ST> {
        Typed { statement: self, columns: PhantomData }
    }
}

/// A statement whose columns are known.
pub(crate) struct Typed<ST> {
    statement: Statement,
    columns: PhantomData<ST>,
}

impl<ST> QueryFragment<Pg> for Typed<ST> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(pass)
    }
}

impl<ST> QueryId for Typed<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Typed<ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<PgConnection> for Typed<ST> {}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_rare {
            pass.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => pass.push_sql(text),
                Part::Bind(value) => value.walk_ast(pass.reborrow())?,
            }
        }
        Ok(())
    }
}

/// The text is the key.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Statement {}
