"""A business API as one Lambda function: the state of an order, and its cancellation (docs/tools.md)."""

# In the place of your own database. The customer is who the bot's authorizer says: here a user of `auth.mode: signed`.
ORDERS = {
    "A-1001": {"customer": "s_42", "state": "packed", "total": "49.90 USD"},
    "A-1002": {"customer": "s_43", "state": "sent", "total": "12.00 USD"},
}
# Answers that were given, by idempotencyKey: a call that comes twice is made once. A real one is in a table.
ANSWERED = {}


def handler(event, context):
    key = event["idempotencyKey"]
    if key not in ANSWERED:
        ANSWERED[key] = answer(event["tool"], event["input"], event["caller"]["userId"])
    return ANSWERED[key]


def answer(tool, given, user):
    order = ORDERS.get(given["order"])
    # Whose order it is decides the caller, never the input: a customer may write any number.
    if order is None or order["customer"] != user:
        return {"found": False}
    if tool == "cancelOrder":
        if order["state"] != "packed":
            return {"found": True, "cancelled": False, "reason": "it was sent already"}
        order["state"] = "cancelled"
        return {"found": True, "cancelled": True}
    return {"found": True, "state": order["state"], "total": order["total"]}
