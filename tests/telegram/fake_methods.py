"""The methods that the fake Bot API takes, with their parameters in the words of the Bot API's pages.

Held against the library's own signatures, and against a machine-readable specification where there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One parameter; `types` are its types as the Bot API's pages name them."""

    types: tuple[str, ...]
    required: bool


def fields(**types: str) -> Mapping[str, Field]:
    """Read parameters written as `chat_id="Integer|String!"`; the mark says that one is required."""
    return {
        name: Field(tuple(written.rstrip("!").split("|")), written.endswith("!"))
        for name, written in types.items()
    }


MARKUPS = "InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
TABLE: Mapping[str, Mapping[str, Field]] = {
    "getMe": {},
    "getUpdates": fields(
        offset="Integer", limit="Integer", timeout="Integer", allowed_updates="Array of String"
    ),
    "setWebhook": fields(
        url="String!", certificate="InputFile", ip_address="String", max_connections="Integer",
        allowed_updates="Array of String", drop_pending_updates="Boolean", secret_token="String",
    ),
    "deleteWebhook": fields(drop_pending_updates="Boolean"),
    "getWebhookInfo": {},
    "sendMessage": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", text="String!", parse_mode="String",
        entities="Array of MessageEntity", link_preview_options="LinkPreviewOptions",
        disable_notification="Boolean", protect_content="Boolean", allow_paid_broadcast="Boolean",
        message_effect_id="String", suggested_post_parameters="SuggestedPostParameters",
        reply_parameters="ReplyParameters", reply_markup=MARKUPS,
    ),
    "editMessageText": fields(
        business_connection_id="String", chat_id="Integer|String", message_id="Integer",
        inline_message_id="String", text="String!", parse_mode="String", entities="Array of MessageEntity",
        link_preview_options="LinkPreviewOptions", reply_markup="InlineKeyboardMarkup",
    ),
    "answerCallbackQuery": fields(
        callback_query_id="String!", text="String", show_alert="Boolean", url="String", cache_time="Integer"
    ),
    "setMessageReaction": fields(
        chat_id="Integer|String!", message_id="Integer!", reaction="Array of ReactionType", is_big="Boolean"
    ),
    "setMyCommands": fields(
        commands="Array of BotCommand!", scope="BotCommandScope", language_code="String"
    ),
    "createForumTopic": fields(
        chat_id="Integer|String!", name="String!", icon_color="Integer", icon_custom_emoji_id="String",
    ),
    "editForumTopic": fields(
        chat_id="Integer|String!", message_thread_id="Integer!", name="String",
        icon_custom_emoji_id="String",
    ),
    "closeForumTopic": fields(
        chat_id="Integer|String!", message_thread_id="Integer!",
    ),
    "reopenForumTopic": fields(
        chat_id="Integer|String!", message_thread_id="Integer!",
    ),
    "deleteForumTopic": fields(
        chat_id="Integer|String!", message_thread_id="Integer!",
    ),
    "getForumTopicIconStickers": {},
    "pinChatMessage": fields(
        business_connection_id="String", chat_id="Integer|String!", message_id="Integer!",
        disable_notification="Boolean",
    ),
    "copyMessage": fields(
        chat_id="Integer|String!", message_thread_id="Integer", direct_messages_topic_id="Integer",
        from_chat_id="Integer|String!", message_id="Integer!", video_start_timestamp="Integer",
        caption="String", parse_mode="String", caption_entities="Array of MessageEntity",
        show_caption_above_media="Boolean", disable_notification="Boolean", protect_content="Boolean",
        allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "copyMessages": fields(
        chat_id="Integer|String!", message_thread_id="Integer", direct_messages_topic_id="Integer",
        from_chat_id="Integer|String!", message_ids="Array of Integer!", disable_notification="Boolean",
        protect_content="Boolean", remove_caption="Boolean",
    ),
    "sendPhoto": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", photo="InputFile|String!", caption="String",
        parse_mode="String", caption_entities="Array of MessageEntity",
        show_caption_above_media="Boolean", has_spoiler="Boolean", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendVideo": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", video="InputFile|String!", duration="Integer",
        width="Integer", height="Integer", thumbnail="InputFile|String", cover="InputFile|String",
        start_timestamp="Integer", caption="String", parse_mode="String",
        caption_entities="Array of MessageEntity", show_caption_above_media="Boolean",
        has_spoiler="Boolean", supports_streaming="Boolean", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendAnimation": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", animation="InputFile|String!", duration="Integer",
        width="Integer", height="Integer", thumbnail="InputFile|String", caption="String",
        parse_mode="String", caption_entities="Array of MessageEntity",
        show_caption_above_media="Boolean", has_spoiler="Boolean", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendAudio": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", audio="InputFile|String!", caption="String",
        parse_mode="String", caption_entities="Array of MessageEntity", duration="Integer",
        performer="String", title="String", thumbnail="InputFile|String", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendVoice": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", voice="InputFile|String!", caption="String",
        parse_mode="String", caption_entities="Array of MessageEntity", duration="Integer",
        disable_notification="Boolean", protect_content="Boolean", allow_paid_broadcast="Boolean",
        message_effect_id="String", suggested_post_parameters="SuggestedPostParameters",
        reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendVideoNote": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", video_note="InputFile|String!", duration="Integer",
        length="Integer", thumbnail="InputFile|String", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendDocument": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", document="InputFile|String!", thumbnail="InputFile|String",
        caption="String", parse_mode="String", caption_entities="Array of MessageEntity",
        disable_content_type_detection="Boolean", disable_notification="Boolean",
        protect_content="Boolean", allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendSticker": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", sticker="InputFile|String!", emoji="String",
        disable_notification="Boolean", protect_content="Boolean", allow_paid_broadcast="Boolean",
        message_effect_id="String", suggested_post_parameters="SuggestedPostParameters",
        reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendLocation": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", latitude="Float!", longitude="Float!",
        horizontal_accuracy="Float", live_period="Integer", heading="Integer",
        proximity_alert_radius="Integer", disable_notification="Boolean", protect_content="Boolean",
        allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendVenue": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", latitude="Float!", longitude="Float!", title="String!",
        address="String!", foursquare_id="String", foursquare_type="String", google_place_id="String",
        google_place_type="String", disable_notification="Boolean", protect_content="Boolean",
        allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendContact": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", phone_number="String!", first_name="String!",
        last_name="String", vcard="String", disable_notification="Boolean", protect_content="Boolean",
        allow_paid_broadcast="Boolean", message_effect_id="String",
        suggested_post_parameters="SuggestedPostParameters", reply_parameters="ReplyParameters",
        reply_markup=MARKUPS,
    ),
    "sendMediaGroup": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer",
        media="Array of InputMediaAudio|Array of InputMediaDocument|"
        "Array of InputMediaLivePhoto|Array of InputMediaPhoto|Array of InputMediaVideo!",
        disable_notification="Boolean", protect_content="Boolean", allow_paid_broadcast="Boolean",
        message_effect_id="String", reply_parameters="ReplyParameters",
    ),
    "editMessageCaption": fields(
        business_connection_id="String", chat_id="Integer|String", message_id="Integer",
        inline_message_id="String", caption="String", parse_mode="String",
        caption_entities="Array of MessageEntity", show_caption_above_media="Boolean",
        reply_markup="InlineKeyboardMarkup",
    ),
    "deleteMessage": fields(
        chat_id="Integer|String!", message_id="Integer!",
    ),
    "sendChatAction": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        action="String!",
    ),
    "restrictChatMember": fields(
        chat_id="Integer|String!", user_id="Integer!", permissions="ChatPermissions!",
        use_independent_chat_permissions="Boolean", until_date="Integer",
    ),
    "deleteBusinessMessages": fields(
        business_connection_id="String!", message_ids="Array of Integer!",
    ),
    "getBusinessConnection": fields(
        business_connection_id="String!",
    ),
}  # fmt: skip
