-- +goose Up

-- platform: what happened, in the transaction that did it
create table events (
    number        {{number}},
    id            {{id}},
    topic         text not null,
    subject       text not null,
    payload       text not null,
    created_at    bigint not null,
    dispatched_at bigint
);
create index events_waiting on events (number) where dispatched_at is null;

-- platform: answers kept for a repeated Idempotency-Key; the answer is sealed
create table idempotency_keys (
    scope       text not null,
    key         text not null,
    fingerprint text not null,
    answer      text,
    locked_at   bigint not null,
    created_at  bigint not null,
    primary key (scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- platform: who wants to hear of what, and what was sent
create table webhooks (
    number       {{number}},
    id           {{id}},
    app_id       text not null,
    topic        text not null,
    address      text not null,
    content_type text not null,
    created_at   bigint not null,
    updated_at   bigint not null
);
create index webhooks_topic on webhooks (topic);
create index webhooks_app on webhooks (app_id);

create table webhook_deliveries (
    number       {{number}},
    id           {{id}},
    webhook_id   text not null,
    event_id     text not null,
    topic        text not null,
    address      text not null,
    content_type text not null,
    body         text not null,
    status       text not null constraint webhook_deliveries_status_check check (status in ('pending', 'delivered', 'failed')),
    attempts     integer not null,
    last_status  integer,
    last_error   text,
    created_at   bigint not null,
    updated_at   bigint not null,
    constraint webhook_deliveries_webhook_id_event_id_key unique (webhook_id, event_id)
);
create index webhook_deliveries_age on webhook_deliveries (created_at);

-- shop
create table shop (
    id                    {{key}},
    name                  text not null,
    domain                text not null,
    url                   text not null,
    page_title            text not null,
    page_description      text not null,
    enable_email_regist   integer not null,
    enable_mobile_regist  integer not null,
    enable_username_regist integer not null,
    shop_key              text not null,
    webhook_token         text not null,
    open_secret           text not null,
    master_key            text not null,
    created_at            bigint not null,
    updated_at            bigint not null
);

create table metafields (
    number         {{number}},
    id             {{id}},
    owner_resource text not null,
    owner_id       text not null,
    owner_number   bigint not null,
    name           text not null,
    description    text not null,
    fields         text not null,
    created_at     bigint not null,
    updated_at     bigint not null,
    constraint metafields_owner_resource_owner_id_name_key unique (owner_resource, owner_id, name)
);

-- staff
create table staff_accounts (
    number        {{number}},
    id            {{id}},
    name          text not null,
    email         text not null,
    mobile        text not null,
    password_hash text not null,
    account_type  text not null constraint staff_accounts_account_type_check check (account_type in ('owner', 'staff')),
    last_in_at    bigint,
    created_at    bigint not null,
    updated_at    bigint not null,
    constraint staff_accounts_email_key unique (email)
);

create table staff_sessions (
    token_hash text primary key not null,
    staff_id   text not null references staff_accounts (id),
    expires_at bigint not null,
    created_at bigint not null
);

create table apps (
    number         {{number}},
    id             {{id}},
    kind           text not null constraint apps_kind_check check (kind in ('private', 'public')),
    name           text not null,
    key            text not null,
    secret_sealed  text not null,
    callback_url   text not null,
    created_at     bigint not null,
    updated_at     bigint not null,
    constraint apps_key_key unique (key)
);

-- an installation of an app: its scopes and its one token. Revoked rows stay as the record of what was.
create table app_grants (
    id           {{key}},
    app_id       text not null references apps (id),
    staff_id     text references staff_accounts (id),
    scopes       text not null,
    token_hash   text not null,
    token_sealed text not null,
    created_at   bigint not null,
    updated_at   bigint not null,
    revoked_at   bigint
);
create unique index app_grants_app_id_key on app_grants (app_id) where revoked_at is null;
create unique index app_grants_token_hash_key on app_grants (token_hash);

create table app_codes (
    code_hash    text primary key not null,
    app_id       text not null references apps (id),
    grant_id     text not null references app_grants (id),
    redirect_uri text not null,
    expires_at   bigint,
    created_at   bigint not null
);

-- customer
create table customer_levels (
    number           {{number}},
    id               {{id}},
    name             text not null,
    discount         text not null,
    condition_amount bigint not null,
    is_default       integer not null,
    created_at       bigint not null,
    updated_at       bigint not null,
    constraint customer_levels_name_key unique (name)
);
create unique index customer_levels_default_key on customer_levels (is_default) where is_default = 1;

create table customers (
    number             {{number}},
    id                 {{id}},
    has_account        integer not null,
    email              text not null,
    first_name         text,
    last_name          text,
    phone              text,
    notify_email       text,
    billing_address_id text,
    level_id           text references customer_levels (id),
    password_hash      text,
    nickname           text,
    identity_card      text,
    birthday           bigint,
    sex                text not null constraint customers_sex_check check (sex in ('male', 'female', 'undefined')),
    accept_marketing   integer not null,
    metadata           text,
    tokens_valid_after bigint not null,
    last_in_at         bigint,
    created_at         bigint not null,
    updated_at         bigint not null,
    deleted_at         bigint
);
create unique index customers_guest_email_key on customers (email) where has_account = 0 and deleted_at is null and email <> '';
create index customers_level on customers (level_id);
create index customers_email on customers (email);

-- how an account signs in. A deleted account has none, so its names are free again.
create table customer_identities (
    id          {{key}},
    customer_id text not null references customers (id),
    type        text not null constraint customer_identities_type_check check (type in ('email', 'mobile', 'uname', 'social')),
    identity    text not null,
    social_type text,
    unionid     text,
    created_at  bigint not null,
    constraint customer_identities_type_identity_key unique (type, identity),
    constraint customer_identities_customer_id_key unique (customer_id)
);

create table customer_sessions (
    token_hash  text primary key not null,
    customer_id text not null references customers (id),
    expires_at  bigint not null,
    created_at  bigint not null
);
create index customer_sessions_customer on customer_sessions (customer_id);
create index customer_sessions_expiry on customer_sessions (expires_at);

create table addresses (
    number        {{number}},
    id            {{id}},
    customer_id   text not null references customers (id),
    kind          text not null constraint addresses_kind_check check (kind in ('shipping', 'billing')),
    first_name    text,
    last_name     text,
    company       text,
    address_1     text,
    address_2     text,
    city          text,
    province      text,
    postal_code   text,
    country_code  text,
    district_code text,
    phone         text,
    telephone     text,
    email         text,
    is_default    integer not null,
    metadata      text,
    created_at    bigint not null,
    updated_at    bigint not null,
    deleted_at    bigint
);
create index addresses_customer on addresses (customer_id, number) where deleted_at is null;
create unique index addresses_customer_id_default_key on addresses (customer_id) where is_default = 1 and deleted_at is null;

