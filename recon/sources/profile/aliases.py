"""Headings and words seen in the wild, as hints for a proposal. None of them is a verified heading of any product.

Thai back-office words are common language; the longer ones are headings of marketplace exports that running importers
read (Shopee, Lazada, TikTok Shop). A heading that can mean a field of the order or of the line names both.
"""

from __future__ import annotations

from typing import Final

ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "order_id": (
        "เลขที่รายการ", "เลขที่คำสั่งซื้อ", "หมายเลขคำสั่งซื้อ", "รหัสคำสั่งซื้อ", "เลขคำสั่งซื้อ", "เลขที่ออเดอร์", "Order ID", "Order No",
        "Order No.", "Order Number", "OrderNumber", "Order",
    ),
    "ordered_on": (
        "วันที่", "วันที่ทำรายการ", "วันที่สั่งซื้อ", "วันที่ทำการสั่งซื้อ", "วันที่สร้าง", "Order Date", "Created Time", "createTime",
        "Created at", "Date",
    ),
    "paid_on": ("วันที่ชำระเงิน", "วันที่ชำระ", "เวลาการชำระสินค้า", "Paid Time", "Paid at", "Payment Date"),
    "shipped_on": ("วันที่จัดส่ง", "เวลาส่งสินค้า", "Shipped Time", "Shipped Date"),
    "completed_on": ("วันที่สำเร็จ", "Completed Time", "Completed Date"),
    "cancelled_on": ("วันที่ยกเลิก", "Cancelled Time", "Cancelled at"),
    "updated_at": ("updateTime", "Updated at", "วันที่แก้ไข"),
    "order_state": ("สถานะ", "สถานะรายการ", "สถานะคำสั่งซื้อ", "สถานะการสั่งซื้อ", "Order Status", "Status"),
    "payment_state": ("สถานะการชำระเงิน", "การชำระเงิน", "สถานะชำระเงิน", "Payment Status", "Financial Status"),
    "sales_channel": ("ช่องทางการขาย", "ช่องทางขาย", "Sales Channel", "Channel"),
    "payment_channel": ("ช่องทางการชำระเงิน", "ช่องทางชำระเงิน", "วิธีการชำระเงิน", "Payment Method", "payMethod"),
    "customer_name": ("ชื่อลูกค้า", "ลูกค้า", "Customer Name", "customerName", "Customer"),
    "customer_tax_id": ("เลขประจำตัวผู้เสียภาษี", "หมายเลขประจำตัวผู้เสียภาษี", "Tax ID", "taxCode"),
    "customer_branch": ("สาขา", "รหัสประจำสาขา", "Branch", "branchNumber"),
    "customer_address": ("ที่อยู่", "ที่อยู่สำหรับออกใบกำกับภาษีแบบเต็มรูป", "Address"),
    "currency": ("สกุลเงิน", "Currency"),
    "sku": ("รหัสสินค้า", "เลขอ้างอิง SKU (SKU Reference No.)", "SKU", "Seller SKU", "sellerSku"),
    "name": ("ชื่อสินค้า", "รายการสินค้า", "Product Name", "Item Name", "itemName"),
    "quantity": ("จำนวน", "จำนวนสินค้า", "Quantity", "Qty"),
    "unit_price": ("ราคาต่อหน่วย", "ราคาขาย", "SKU Unit Original Price", "Unit Price", "unitPrice", "ราคา", "Price"),
    "line_discount": ("ส่วนลดต่อรายการ", "ส่วนลดต่อหน่วย", "ส่วนลดสินค้า", "Item Discount", "ส่วนลด", "Discount"),
    "line_amount": ("ราคาขายสุทธิ", "มูลค่า", "จำนวนเงิน", "Line Total", "Amount", "มูลค่ารวม", "ราคารวม"),
    "subtotal": ("ยอดรวมสินค้า", "Subtotal"),
    "discount": ("ส่วนลดท้ายบิล", "โค้ดส่วนลดชำระโดยผู้ขาย", "Order Discount", "ส่วนลด", "Discount"),
    "shipping": ("ค่าส่ง", "ค่าจัดส่ง", "ค่าขนส่ง", "ค่าจัดส่งที่ชำระโดยผู้ซื้อ", "Shipping Fee", "shippingFee", "Shipping"),
    "cod_fee": ("ค่าธรรมเนียมปลายทาง", "ค่าธรรมเนียม COD", "COD Fee"),
    "tax": ("ภาษีมูลค่าเพิ่ม", "VAT", "ภาษี", "Taxes", "Tax"),
    "total": (
        "ยอดสุทธิ", "ยอดรวมสุทธิ", "รวมสุทธิ", "จำนวนเงินทั้งหมด", "ยอดชำระ", "Grand Total", "Order Amount", "Total",
        "มูลค่ารวม", "ยอดรวม",
    ),
    "paid": ("ยอดที่ชำระแล้ว", "ชำระแล้ว", "Paid Amount"),
    "refunded": ("ยอดคืนเงิน", "Order Refund Amount", "Refunded Amount"),
    "platform_discount": ("ส่วนลดจาก Shopee", "platformDiscountTotal"),
}  # fmt: skip
"""Canonical field -> headings that may mean it."""

ORDER_WORDS: Final[dict[str, str]] = {
    "ยังไม่ชำระ": "open", "ที่ต้องจัดส่ง": "in_fulfilment", "การจัดส่ง": "shipped", "จัดส่งสำเร็จแล้ว": "delivered",
    "สำเร็จแล้ว": "completed", "ยกเลิกแล้ว": "cancelled", "รอจัดส่ง": "in_fulfilment", "รอการจัดส่ง": "in_fulfilment",
    "อยู่ระหว่างขนส่ง": "shipped", "จัดส่งสำเร็จ": "delivered", "เสร็จสมบูรณ์": "completed", "สำเร็จ": "completed", "ยกเลิก": "cancelled",
    "รอการชำระเงิน": "open", "รอตรวจสอบการชำระเงิน": "open", "ยกเลิกการสั่งซื้อ": "cancelled", "จัดส่งสินค้าแล้ว": "shipped",
    "ชำระเงินแล้ว / รอการจัดส่ง": "in_fulfilment", "รอการจัดส่ง / รอการชำระเงิน": "in_fulfilment",
    "จัดส่งสินค้าแล้ว / รอการชำระเงิน": "shipped", "จัดส่งสินค้าแล้ว / ชำระเงินแล้ว": "shipped",
    "คืนเงินแล้ว / ยกเลิกการสั่งซื้อ": "cancelled",
    "จัดส่งแล้ว": "shipped", "Completed": "completed", "Cancelled": "cancelled", "Canceled": "cancelled", "Shipped": "shipped",
    "Delivered": "delivered", "Returned": "returned",
}  # fmt: skip
"""What a word for an order's state usually means."""

PAYMENT_WORDS: Final[dict[str, str]] = {
    "ชำระแล้ว": "paid", "ชำระเงินแล้ว": "paid", "จ่ายแล้ว": "paid", "ยังไม่ชำระ": "unpaid", "ยังไม่ชำระเงิน": "unpaid",
    "ค้างชำระ": "unpaid", "รอชำระเงิน": "unpaid", "รอการชำระเงิน": "unpaid", "รอตรวจสอบการชำระเงิน": "claimed",
    "ชำระเงินแล้ว / รอการจัดส่ง": "paid", "จัดส่งสินค้าแล้ว / ชำระเงินแล้ว": "paid",
    "รอการจัดส่ง / รอการชำระเงิน": "cod_due", "จัดส่งสินค้าแล้ว / รอการชำระเงิน": "cod_due",
    "คืนเงินแล้ว / ยกเลิกการสั่งซื้อ": "refunded",
    "คืนเงินแล้ว": "refunded", "Paid": "paid", "Unpaid": "unpaid", "Refunded": "refunded",
}  # fmt: skip
"""What a word for a payment's state usually means."""
