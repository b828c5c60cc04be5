-- +goose Up

-- promotion. Codes are upper case. A discount and its rule are one row; a code made of another has that one as its parent,
-- and the parent's rule, conditions and regions. rule_value is in percent, or in minor units of the regions' currency. A use
-- is taken by a guarded update, which the CHECK stands behind.
create table discounts (
    id               {{key}},
    code             text not null,
    is_dynamic       integer not null,
    is_disabled      integer not null,
    rule_id          text not null,
    rule_type        text not null constraint discounts_rule_type_check check (rule_type in ('percentage', 'fixed', 'free_shipping')),
    rule_value       bigint not null constraint discounts_rule_value_check check (rule_value >= 0 and (rule_type <> 'percentage' or rule_value <= 100)),
    rule_allocation  text constraint discounts_rule_allocation_check check (rule_allocation in ('total', 'item')),
    rule_description text,
    parent_id        text references discounts (id),
    starts_at        bigint not null,
    ends_at          bigint,
    valid_duration   text,
    usage_limit      bigint,
    usage_count      bigint not null,
    metadata         text,
    created_at       bigint not null,
    updated_at       bigint not null,
    deleted_at       bigint,
    constraint discounts_usage_count_check check (usage_count >= 0 and (usage_limit is null or usage_count <= usage_limit))
);
create unique index discounts_code_key on discounts (code) where deleted_at is null;
create index discounts_parent on discounts (parent_id) where parent_id is not null;

create table discount_regions (
    discount_id text not null references discounts (id),
    region_id   text not null references regions (id),
    primary key (discount_id, region_id)
);

create table discount_conditions (
    id          {{key}},
    discount_id text not null references discounts (id),
    type        text not null constraint discount_conditions_type_check check (type in
        ('products', 'product_types', 'product_collections', 'product_tags', 'customer_groups')),
    operator    text not null constraint discount_conditions_operator_check check (operator in ('in', 'not_in')),
    created_at  bigint not null,
    updated_at  bigint not null,
    constraint discount_conditions_discount_id_type_operator_key unique (discount_id, type, operator)
);

-- what a condition is about, by id: of which table, the condition's type says
create table discount_condition_resources (
    condition_id text not null references discount_conditions (id),
    resource_id  text not null,
    primary key (condition_id, resource_id)
);

-- value and balance are minor units of the region's currency; tax_rate is in millionths, null where cards are not taxed
create table gift_cards (
    id          {{key}},
    code        text not null,
    value       bigint not null,
    balance     bigint not null,
    region_id   text not null references regions (id),
    is_disabled integer not null,
    ends_at     bigint,
    tax_rate    bigint constraint gift_cards_tax_rate_check check (tax_rate >= 0),
    order_id    text,
    metadata    text,
    created_at  bigint not null,
    updated_at  bigint not null,
    deleted_at  bigint,
    constraint gift_cards_balance_check check (balance >= 0 and balance <= value)
);
create unique index gift_cards_code_key on gift_cards (code) where deleted_at is null;

-- what an order took from a card
create table gift_card_transactions (
    id           {{key}},
    gift_card_id text not null references gift_cards (id),
    order_id     text not null,
    amount       bigint not null constraint gift_card_transactions_amount_check check (amount > 0),
    is_taxable   integer not null,
    tax_rate     bigint,
    created_at   bigint not null,
    constraint gift_card_transactions_gift_card_id_order_id_key unique (gift_card_id, order_id)
);
create index gift_card_transactions_order on gift_card_transactions (order_id);
