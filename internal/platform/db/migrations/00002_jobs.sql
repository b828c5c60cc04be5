-- +goose Up

-- platform: work to be done. run_at is when a waiting job may start; of a running one it is when its lease ends
create table jobs (
    id         {{key}},
    kind       text not null,
    payload    text not null,
    state      text not null constraint jobs_state_check check (state in ('waiting', 'running', 'dead')),
    run_at     bigint not null,
    attempts   integer not null,
    last_error text,
    created_at bigint not null
);
create index jobs_due on jobs (kind, run_at, id) where state <> 'dead';
