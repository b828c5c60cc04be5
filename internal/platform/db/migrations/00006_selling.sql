-- +goose Up

-- cart: what somebody is about to buy. One cart is one row: body holds its lines, addresses, chosen shipping and codes as
-- JSON (cart.Body) and is written whole, under a version that rises with each write. While it is being paid, held_by is the
-- attempt.
create table carts (
    id            {{key}},
    type          text not null constraint carts_type_check check (type in ('default', 'swap', 'draft_order', 'payment_link', 'claim')),
    region_id     text not null references regions (id),
    customer_id   text references customers (id),
    email         text,
    channel_id    text references sales_channels (id),
    body          text not null,
    version       bigint not null,
    held_by       text,
    authorized_at bigint,
    completed_at  bigint,
    created_at    bigint not null,
    updated_at    bigint not null
);

-- payment: sessions are how a cart may be paid, payments are money that a provider has promised or given. Reference is what
-- the provider calls it. Amounts are minor units.
create table payment_sessions (
    id            {{key}},
    cart_id       text not null references carts (id),
    provider_id   text not null,
    reference     text,
    status        text not null constraint payment_sessions_status_check check (status in
        ('authorized', 'pending', 'requires_more', 'error', 'canceled')),
    amount        bigint not null constraint payment_sessions_amount_check check (amount >= 0),
    currency_code text not null,
    data          text not null,
    is_selected   integer not null,
    is_initiated  integer not null,
    authorized_at bigint,
    created_at    bigint not null,
    updated_at    bigint not null,
    constraint payment_sessions_cart_id_provider_id_key unique (cart_id, provider_id)
);

create table payments (
    number          {{number}},
    id              {{id}},
    cart_id         text not null references carts (id),
    order_id        text,
    session_id      text,
    provider_id     text not null,
    reference       text not null,
    amount          bigint not null constraint payments_amount_check check (amount > 0),
    captured        bigint not null constraint payments_captured_check check (captured >= 0 and captured <= amount),
    refunded        bigint not null constraint payments_refunded_check check (refunded >= 0 and refunded <= captured),
    currency_code   text not null,
    data            text not null,
    metadata        text,
    captured_at     bigint,
    canceled_at     bigint,
    given_up_at     bigint,
    created_at      bigint not null,
    updated_at      bigint not null,
    constraint payments_provider_id_reference_key unique (provider_id, reference)
);
create index payments_order on payments (order_id) where order_id is not null;
create index payments_cart on payments (cart_id);
create index payments_loose on payments (created_at) where order_id is null and canceled_at is null;

-- checkout: each try to make a cart an order. Plan is the order as it will be (order.Draft), frozen when stock and codes were
-- taken. One try is alive at a time: asking (a provider is being asked) or waiting (for the shopper, or for a notice).
create table checkout_attempts (
    id            {{key}},
    cart_id       text not null references carts (id),
    cart_version  bigint not null,
    session_id    text,
    state         text not null constraint checkout_attempts_state_check check (state in ('asking', 'waiting', 'placed', 'ended')),
    plan          text not null,
    amount        bigint not null,
    currency_code text not null,
    order_id      text,
    reason        text not null,
    expires_at    bigint not null,
    created_at    bigint not null,
    updated_at    bigint not null
);
create unique index checkout_attempts_live_key on checkout_attempts (cart_id) where state in ('asking', 'waiting');
create index checkout_attempts_expiry on checkout_attempts (expires_at) where state in ('asking', 'waiting');
create index checkout_attempts_cart on checkout_attempts (cart_id);

-- promotion: what is taken from a discount or a gift card for an attempt, until it becomes an order or is given back
create table promotion_claims (
    reference    text not null,
    discount_id  text references discounts (id),
    gift_card_id text references gift_cards (id),
    amount       bigint not null,
    created_at   bigint not null,
    constraint promotion_claims_one_check check ((discount_id is null) <> (gift_card_id is null))
);
create index promotion_claims_reference on promotion_claims (reference);

-- order: the frozen record of a sale. Totals are those of the quote it was sold at; adjustment is what the merchant changed
-- afterwards: total = subtotal + shipping_total + tax_total - discount_total - gift_card_total - gift_card_tax_total + adjustment.
create table orders (
    number              {{number}},
    id                  {{id}},
    cart_id             text not null references carts (id),
    customer_id         text references customers (id),
    email               text not null,
    region_id           text not null references regions (id),
    channel_id          text references sales_channels (id),
    currency_code       text not null,
    tax_rate            bigint,
    status              text not null constraint orders_status_check check (status in
        ('pending', 'completed', 'archived', 'canceled', 'requires_action')),
    fulfillment_status  text not null constraint orders_fulfillment_status_check check (fulfillment_status in
        ('not_fulfilled', 'partially_fulfilled', 'fulfilled', 'partially_shipped', 'shipped', 'partially_returned', 'returned', 'canceled', 'requires_action')),
    payment_status      text not null constraint orders_payment_status_check check (payment_status in
        ('not_paid', 'awaiting', 'captured', 'partially_refunded', 'refunded', 'canceled', 'requires_action')),
    shipping_address    text,
    billing_address     text,
    discounts           text not null,
    subtotal            bigint not null,
    discount_total      bigint not null,
    shipping_total      bigint not null,
    item_tax_total      bigint not null,
    shipping_tax_total  bigint not null,
    tax_total           bigint not null,
    gift_card_total     bigint not null,
    gift_card_tax_total bigint not null,
    adjustment          bigint not null,
    total               bigint not null,
    remark              text not null,
    metadata            text,
    paid_at             bigint,
    canceled_at         bigint,
    closed_at           bigint,
    created_at          bigint not null,
    updated_at          bigint not null,
    constraint orders_cart_id_key unique (cart_id),
    constraint orders_total_check check (total >= 0 and total =
        subtotal + shipping_total + tax_total - discount_total - gift_card_total - gift_card_tax_total + adjustment)
);
create index orders_customer on orders (customer_id, created_at, id) where customer_id is not null;
create index orders_email on orders (email, number);
create index orders_age on orders (created_at, id);

create table order_lines (
    number             {{number}},
    id                 {{id}},
    order_id           text not null references orders (id),
    position           integer not null,
    variant_id         text,
    product_id         text,
    title              text not null,
    description        text,
    thumbnail          text,
    sku                text,
    barcode            text,
    weight             bigint,
    volume             bigint,
    options_desc       text not null,
    unit_price         bigint not null,
    quantity           bigint not null constraint order_lines_quantity_check check (quantity > 0),
    fulfilled_quantity bigint,
    returned_quantity  bigint,
    shipped_quantity   bigint,
    is_giftcard        integer not null,
    should_merge       integer not null,
    allow_discounts    integer not null,
    includes_tax       integer not null,
    subtotal           bigint not null,
    discount_total     bigint not null,
    tax_total          bigint not null,
    total              bigint not null,
    original_total     bigint not null,
    original_tax_total bigint not null,
    adjustments        text not null,
    tax_lines          text not null,
    metadata           text,
    created_at         bigint not null,
    updated_at         bigint not null,
    constraint order_lines_order_id_position_key unique (order_id, position)
);
create index order_lines_variant on order_lines (variant_id) where variant_id is not null;

create table order_shipping_methods (
    id                 {{key}},
    order_id           text not null references orders (id),
    position           integer not null,
    option_id          text references shipping_options (id),
    name               text not null,
    price              bigint not null,
    includes_tax       integer not null,
    subtotal           bigint not null,
    tax_total          bigint not null,
    total              bigint not null,
    original_total     bigint not null,
    original_tax_total bigint not null,
    tax_lines          text not null,
    data               text not null,
    created_at         bigint not null,
    constraint order_shipping_methods_order_id_position_key unique (order_id, position)
);
