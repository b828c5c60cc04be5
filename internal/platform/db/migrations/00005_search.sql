-- +goose Up

-- search: one row for each document of the index. number is the document's; titles are in normal form, one a line; scopes
-- are its scope terms with a space before and after each; data is the owner's, given back with each hit; digest tells
-- whether a document is different from what was indexed. The terms are in a full-text index: tsvector and GIN on PostgreSQL,
-- FTS5 on SQLite, which keeps no copy of them.
create table search_entries (
    number {{number_key}},
    titles text not null,
    scopes text not null,
    data   text not null,
    digest text not null{{postgres: ,
    terms  text not null}}
);
{{sqlite: create virtual table search_index using fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');}}
{{sqlite: insert into search_index (search_index, rank) values ('pgsz', 1000), ('usermerge', 2);}}
{{postgres: alter table search_entries set (toast_tuple_target = 256);}}
-- What it is said to cost keeps PostgreSQL from reading the terms of all rows where it has the index.
{{postgres: create function search_terms(terms text) returns tsvector language plpgsql immutable strict parallel safe cost 1000 as 'begin return terms::tsvector; end';}}
{{postgres: create index search_entries_terms on search_entries using gin (search_terms(terms)) with (fastupdate = on, gin_pending_list_limit = 512);}}
