-- +goose Up

-- shop: the currencies it sells in, its markets and its channels. A rate is in millionths: 200000 is 20 %.
alter table shop add column default_currency text not null default 'cny';
alter table shop add column default_channel_id text not null default '';

create table currencies (
    code         {{key}},
    includes_tax integer not null,
    created_at   bigint not null,
    updated_at   bigint not null
);

create table regions (
    id                    {{key}},
    name                  text not null,
    currency_code         text not null references currencies (code),
    tax_rate              bigint not null constraint regions_tax_rate_check check (tax_rate >= 0),
    tax_code              text,
    tax_provider_id       text,
    gift_cards_taxable    integer not null,
    automatic_taxes       integer not null,
    includes_tax          integer not null,
    payment_providers     text not null,
    fulfillment_providers text not null,
    metadata              text,
    created_at            bigint not null,
    updated_at            bigint not null,
    deleted_at            bigint
);

-- a country is sold to in one region at most
create table region_countries (
    country_code text primary key not null,
    region_id    text not null references regions (id)
);
create index region_countries_region on region_countries (region_id);

create table sales_channels (
    id          {{key}},
    name        text not null,
    description text,
    is_disabled integer not null,
    metadata    text,
    created_at  bigint not null,
    updated_at  bigint not null,
    deleted_at  bigint
);
create unique index sales_channels_name_key on sales_channels (name) where deleted_at is null;

create table publishable_keys (
    id         {{key}},
    title      text not null,
    created_at bigint not null,
    updated_at bigint not null,
    revoked_at bigint
);

create table publishable_key_channels (
    key_id     text not null references publishable_keys (id),
    channel_id text not null references sales_channels (id),
    primary key (key_id, channel_id)
);

-- customer: groups, for prices and promotions
create table customer_groups (
    id         {{key}},
    name       text not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint
);
create unique index customer_groups_name_key on customer_groups (name) where deleted_at is null;

create table customer_group_members (
    customer_id text not null references customers (id),
    group_id    text not null references customer_groups (id),
    primary key (customer_id, group_id)
);
create index customer_group_members_group on customer_group_members (group_id);

-- catalog. Texts of translations and option values are JSON and never queried inside.
create table vendors (
    number     {{number}},
    id         {{id}},
    name       text not null,
    created_at bigint not null,
    updated_at bigint not null,
    constraint vendors_name_key unique (name)
);

create table product_types (
    number     {{number}},
    id         {{id}},
    value      text not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    constraint product_types_value_key unique (value)
);

create table product_tags (
    number     {{number}},
    id         {{id}},
    value      text not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    constraint product_tags_value_key unique (value)
);

create table product_collections (
    number       {{number}},
    id           {{id}},
    title        text not null,
    handle       text not null,
    translations text,
    metadata     text,
    created_at   bigint not null,
    updated_at   bigint not null,
    deleted_at   bigint
);
create unique index product_collections_handle_key on product_collections (handle) where deleted_at is null;
create index product_collections_age on product_collections (created_at, id) where deleted_at is null;

-- mpath is the ids from the root to the category itself, a dot after each
create table product_categories (
    number       {{number}},
    id           {{id}},
    parent_id    text references product_categories (id),
    name         text not null,
    handle       text not null,
    description  text not null,
    mpath        text not null,
    rank         bigint not null,
    is_active    integer not null,
    is_internal  integer not null,
    translations text,
    metadata     text,
    created_at   bigint not null,
    updated_at   bigint not null,
    constraint product_categories_handle_key unique (handle)
);
create index product_categories_parent on product_categories (parent_id, rank);

create table products (
    number           {{number}},
    id               {{id}},
    title            text not null,
    subtitle         text,
    description      text,
    handle           text not null,
    is_giftcard      integer not null,
    discountable     integer not null,
    status           text not null constraint products_status_check check (status in ('draft', 'proposed', 'published', 'rejected')),
    thumbnail        text,
    weight           bigint,
    length           bigint,
    height           bigint,
    width            bigint,
    hs_code          text,
    origin_country   text,
    mid_code         text,
    material         text,
    collection_id    text references product_collections (id),
    type_id          text references product_types (id),
    vendor_id        text references vendors (id),
    profile_id       text,
    external_id      text,
    page_title       text not null,
    page_description text not null,
    page_keywords    text not null,
    translations     text,
    metadata         text,
    created_at       bigint not null,
    updated_at       bigint not null,
    deleted_at       bigint
);
create unique index products_handle_key on products (handle) where deleted_at is null;
create unique index products_external_id_key on products (external_id) where deleted_at is null and external_id is not null;
create index products_age on products (created_at, id) where deleted_at is null;
create index products_title on products (title, id) where deleted_at is null;
create index products_updated on products (updated_at, id) where deleted_at is null;
create index products_collection on products (collection_id, created_at, id) where deleted_at is null and status = 'published';
create index products_vendor on products (vendor_id) where deleted_at is null;

create table product_options (
    number     {{number}},
    id         {{id}},
    product_id text not null references products (id),
    title      text not null,
    position   integer not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    constraint product_options_product_id_position_key unique (product_id, position)
);

create table product_images (
    number     {{number}},
    id         {{id}},
    product_id text not null references products (id),
    url        text not null,
    file_name  text not null,
    alt        text not null,
    position   integer not null,
    blob       text not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null
);
create index product_images_product on product_images (product_id, position, number);

-- option_key is the values in their order, and tells two variants of a product apart
create table variants (
    number           {{number}},
    id               {{id}},
    product_id       text not null references products (id),
    title            text not null,
    rank             integer not null,
    sku              text,
    barcode          text,
    ean              text,
    upc              text,
    hs_code          text,
    origin_country   text,
    mid_code         text,
    material         text,
    weight           bigint,
    length           bigint,
    height           bigint,
    width            bigint,
    volume           bigint,
    allow_backorder  integer not null,
    manage_inventory integer not null,
    compare_amount   bigint not null,
    reward_point     bigint not null,
    sold             bigint not null,
    image_id         text references product_images (id),
    option_values    text not null,
    option_key       text not null,
    translations     text,
    metadata         text,
    created_at       bigint not null,
    updated_at       bigint not null,
    deleted_at       bigint
);
create index variants_product on variants (product_id, rank, number) where deleted_at is null;
create unique index variants_product_id_option_key_key on variants (product_id, option_key) where deleted_at is null;
create unique index variants_sku_key on variants (sku) where deleted_at is null and sku is not null;
create unique index variants_ean_key on variants (ean) where deleted_at is null and ean is not null;
create unique index variants_upc_key on variants (upc) where deleted_at is null and upc is not null;
create index variants_barcode on variants (barcode) where deleted_at is null and barcode is not null;
create index variants_age on variants (created_at, id) where deleted_at is null;
create index variants_image on variants (image_id) where image_id is not null;

-- What lists are walked by. listed_at is the product's created_at, which never changes; visible is 1 while the product is
-- published and not deleted.
create table product_channel_links (
    channel_id text not null references sales_channels (id),
    product_id text not null references products (id),
    listed_at  bigint not null,
    visible    integer not null,
    primary key (product_id, channel_id)
);
create index product_channel_links_listed on product_channel_links (channel_id, listed_at, product_id) where visible = 1;

-- direct is 0 for a category that holds the product only in one of its descendants
create table product_category_links (
    category_id text not null references product_categories (id),
    product_id  text not null references products (id),
    listed_at   bigint not null,
    visible     integer not null,
    direct      integer not null,
    primary key (product_id, category_id)
);
create index product_category_links_listed on product_category_links (category_id, listed_at, product_id) where visible = 1;
create index product_category_links_direct on product_category_links (category_id, listed_at, product_id) where visible = 1 and direct = 1;

create table product_tag_links (
    tag_id     text not null references product_tags (id),
    product_id text not null references products (id),
    listed_at  bigint not null,
    visible    integer not null,
    position   integer not null,
    primary key (product_id, tag_id)
);
create index product_tag_links_listed on product_tag_links (tag_id, listed_at, product_id) where visible = 1;

-- a product's types in their order; the first is the type of the Store API, products.type_id
create table product_type_links (
    type_id    text not null references product_types (id),
    product_id text not null references products (id),
    listed_at  bigint not null,
    visible    integer not null,
    position   integer not null,
    primary key (product_id, type_id)
);
create index product_type_links_listed on product_type_links (type_id, listed_at, product_id) where visible = 1;

-- inventory. backorder is 1 where more may be promised than there is.
create table stock_locations (
    id         {{key}},
    name       text not null,
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint
);

create table stock_levels (
    variant_id  text not null,
    location_id text not null references stock_locations (id),
    stocked     bigint not null,
    reserved    bigint not null constraint stock_levels_reserved_check check (reserved >= 0),
    backorder   integer not null,
    updated_at  bigint not null,
    primary key (variant_id, location_id),
    constraint stock_levels_available_check check (stocked - reserved >= 0 or backorder = 1)
);

create table stock_reservations (
    id          {{key}},
    variant_id  text not null,
    location_id text not null references stock_locations (id),
    quantity    bigint not null constraint stock_reservations_quantity_check check (quantity > 0),
    reference   text not null,
    created_at  bigint not null
);
create index stock_reservations_variant on stock_reservations (variant_id);
create index stock_reservations_reference on stock_reservations (reference);

-- every change of a level: quantity is what was added to stocked, reserved to reserved
create table stock_movements (
    number      {{number}},
    id          {{id}},
    variant_id  text not null,
    location_id text not null,
    quantity    bigint not null,
    reserved    bigint not null,
    reason      text not null,
    reference   text not null,
    created_at  bigint not null
);
create index stock_movements_variant on stock_movements (variant_id, number);

-- pricing. Amounts are in minor units of their currency.
create table price_lists (
    id           {{key}},
    name         text not null,
    description  text not null,
    type         text not null constraint price_lists_type_check check (type in ('sale', 'override')),
    status       text not null constraint price_lists_status_check check (status in ('active', 'draft')),
    starts_at    bigint,
    ends_at      bigint,
    includes_tax integer not null,
    created_at   bigint not null,
    updated_at   bigint not null,
    deleted_at   bigint
);

create table price_list_groups (
    price_list_id text not null references price_lists (id),
    group_id      text not null,
    primary key (price_list_id, group_id)
);

create table prices (
    id            {{key}},
    variant_id    text not null,
    currency_code text not null,
    amount        bigint not null constraint prices_amount_check check (amount >= 0),
    region_id     text,
    price_list_id text references price_lists (id),
    min_quantity  bigint,
    max_quantity  bigint,
    created_at    bigint not null,
    updated_at    bigint not null
);
create unique index prices_place_key on prices (variant_id, currency_code, coalesce(region_id, ''), coalesce(price_list_id, ''), coalesce(min_quantity, 0), coalesce(max_quantity, 0));
create index prices_list on prices (price_list_id) where price_list_id is not null;

create table tax_rates (
    id         {{key}},
    region_id  text not null references regions (id),
    name       text not null,
    code       text,
    rate       bigint not null constraint tax_rates_rate_check check (rate >= 0),
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null
);
create index tax_rates_region on tax_rates (region_id);

create table tax_rate_products (
    product_id text not null,
    rate_id    text not null references tax_rates (id),
    primary key (product_id, rate_id)
);
create index tax_rate_products_rate on tax_rate_products (rate_id);

create table tax_rate_types (
    type_id text not null,
    rate_id text not null references tax_rates (id),
    primary key (type_id, rate_id)
);

create table tax_rate_shipping_options (
    option_id text not null,
    rate_id   text not null references tax_rates (id),
    primary key (option_id, rate_id)
);

-- fulfillment
create table shipping_profiles (
    id         {{key}},
    name       text not null,
    type       text not null constraint shipping_profiles_type_check check (type in ('default', 'gift_card', 'custom')),
    metadata   text,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint
);

create table shipping_options (
    id           {{key}},
    name         text not null,
    region_id    text not null references regions (id),
    profile_id   text not null references shipping_profiles (id),
    provider_id  text not null,
    price_type   text not null constraint shipping_options_price_type_check check (price_type in ('flat_rate', 'calculated')),
    amount       bigint,
    is_return    integer not null,
    admin_only   integer not null,
    includes_tax integer not null,
    data         text not null,
    metadata     text,
    created_at   bigint not null,
    updated_at   bigint not null,
    deleted_at   bigint
);
create index shipping_options_region on shipping_options (region_id) where deleted_at is null;

create table shipping_option_requirements (
    id        {{key}},
    option_id text not null references shipping_options (id),
    type      text not null constraint shipping_option_requirements_type_check check (type in ('min_subtotal', 'max_subtotal')),
    amount    bigint not null,
    constraint shipping_option_requirements_option_id_type_key unique (option_id, type)
);

-- order: why goods come back
create table return_reasons (
    id          {{key}},
    value       text not null,
    label       text not null,
    description text,
    parent_id   text references return_reasons (id),
    metadata    text,
    created_at  bigint not null,
    updated_at  bigint not null,
    deleted_at  bigint
);
create unique index return_reasons_value_key on return_reasons (value) where deleted_at is null;

-- content: files that a merchant keeps with the shop; blob is the name of their bytes
create table store_files (
    number       {{number}},
    id           {{id}},
    file_name    text not null,
    content_type text not null,
    size         bigint not null,
    blob         text not null,
    created_at   bigint not null,
    updated_at   bigint not null
);
