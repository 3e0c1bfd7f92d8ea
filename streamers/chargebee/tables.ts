import { table } from "../table.ts";

// apidocs.chargebee.com: amounts are in the currency's smallest unit, instants in seconds.
const instantsAre = "seconds";

export const customers = table("customers", {
  keys: "id",
  instantsAre,
  instants: "created_at updated_at billing_date vat_number_validated_time",
  texts: `id first_name last_name email phone company vat_number auto_collection offline_payment_method
    vat_number_status created_from_ip taxability entity_code exempt_number locale billing_date_mode
    billing_day_of_week_mode pii_cleared channel active_id fraud_flag primary_payment_source_id
    backup_payment_source_id invoice_notes business_entity_id preferred_currency_code einvoicing_method
    customer_type client_profile_id vat_number_prefix entity_identifier_scheme entity_identifier_standard`,
  integers: `net_term_days resource_version billing_month promotional_credits unbilled_charges
    refundable_credits excess_payments`,
  booleans: `allow_direct_debit is_location_valid auto_close_invoices is_einvoice_enabled deleted
    registered_for_gst consolidated_invoicing business_customer_without_vat_number
    use_default_hierarchy_settings`,
  objects: "billing_address payment_method relationship parent_account_access child_account_access",
  lists: "referral_urls contacts balances entity_identifiers tax_providers_fields",
});

export const subscriptions = table("subscriptions", {
  keys: "id",
  instantsAre,
  instants: `start_date trial_start trial_end current_term_start current_term_end next_billing_at created_at
    started_at activated_at pause_date resume_date cancelled_at updated_at cancel_schedule_created_at
    due_since changes_scheduled_at`,
  texts: `id currency_code plan_id status billing_period_unit po_number auto_collection
    plan_quantity_in_decimal plan_unit_price_in_decimal customer_id trial_end_action gift_id affiliate_token
    created_from_ip payment_source_id plan_free_quantity_in_decimal plan_amount_in_decimal
    offline_payment_method channel active_id base_currency_code coupon invoice_notes cancel_reason
    cancel_reason_code free_period_unit business_entity_id`,
  integers: `plan_quantity plan_unit_price setup_fee billing_period remaining_billing_cycles plan_amount
    plan_free_quantity contract_term_billing_cycle_on_renewal resource_version net_term_days
    due_invoices_count total_dues mrr arr free_period`,
  numbers: "exchange_rate",
  booleans: `override_relationship has_scheduled_advance_invoices has_scheduled_changes deleted
    create_pending_invoices auto_close_invoices`,
  objects: "shipping_address referral_info billing_override contract_term",
  lists: `subscription_items item_tiers charged_items addons event_based_addons charged_event_based_addons
    coupons discounts`,
});

export const invoices = table("invoices", {
  keys: "id",
  instantsAre,
  instants: "date due_date paid_at next_retry_at voided_at updated_at generated_at expected_payment_date",
  texts: `id customer_id payment_owner subscription_id po_number status vat_number price_type currency_code
    local_currency_code dunning_status void_reason_code tax_category vat_number_prefix channel
    business_entity_id`,
  integers: `net_term_days tax sub_total sub_total_in_local_currency total total_in_local_currency amount_due
    amount_adjusted amount_paid write_off_amount credits_applied resource_version new_sales_amount
    amount_to_collect round_off_amount`,
  numbers: "exchange_rate local_currency_exchange_rate",
  booleans: "recurring first_invoice has_advance_charges term_finalized is_gifted deleted",
  objects:
    "tax_origin shipping_address billing_address statement_descriptor einvoice site_details_at_creation",
  lists: `line_items line_item_tiers line_item_discounts line_item_taxes line_item_credits discounts taxes
    linked_payments reference_transactions dunning_attempts applied_credits adjustment_credit_notes
    issued_credit_notes linked_orders notes`,
});

export const creditNotes = table("credit_notes", {
  keys: "id",
  instantsAre,
  instants: "date refunded_at voided_at generated_at updated_at",
  texts: `id customer_id subscription_id reference_invoice_id type status reason_code vat_number price_type
    currency_code channel local_currency_code notes tax_category create_reason_code vat_number_prefix
    business_entity_id`,
  integers: `total amount_allocated amount_refunded amount_available resource_version sub_total
    sub_total_in_local_currency total_in_local_currency round_off_amount`,
  numbers: "fractional_correction local_currency_exchange_rate",
  booleans: "deleted",
  objects: "tax_origin shipping_address billing_address einvoice site_details_at_creation",
  lists: `line_items line_item_tiers line_item_discounts line_item_taxes discounts taxes linked_refunds
    allocations`,
});

export const transactions = table("transactions", {
  keys: "id",
  instantsAre,
  instants: "date settled_at voided_at updated_at",
  texts: `id customer_id subscription_id gateway_account_id payment_source_id payment_method reference_number
    gateway type currency_code status id_at_gateway fraud_flag initiator_type error_code error_text
    fraud_reason custom_payment_method_id masked_card_number reference_transaction_id refunded_txn_id
    reference_authorization_id reversal_transaction_id iin last4 merchant_reference_id business_entity_id
    payment_method_details custom_payment_method_name`,
  integers: "amount resource_version amount_unused amount_capturable",
  numbers: "exchange_rate",
  booleans: "three_d_secure deleted",
  objects: "error_detail",
  lists: "linked_invoices linked_credit_notes linked_refunds linked_payments",
});

export const events = table("events", {
  keys: "id",
  instantsAre,
  instants: "occurred_at",
  texts: "id source user webhook_status webhook_failure_reason event_type api_version origin_user",
  objects: "content",
  lists: "webhooks",
});
