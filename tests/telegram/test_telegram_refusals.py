"""Why staff are refused and what the guard finds, in Telegram: in the brand's language."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.telegram.playing import AGUS, ANI, COMPLAINT, SARI, STAFF_GROUP, Stage, staged

OTHER = 2004
GUARDED = "Baca dong Kak, sudah dibilang."
# What each of them writes in the topic of a ticket that sari holds, and what has to stand under it.
TOLD: Mapping[str, tuple[tuple[int, str, str], ...]] = {
    "id": (
        (OTHER, "Saya saja yang jawab.", "Belum terkirim: sari memegang percakapan ini; teks Anda"),
        (OTHER, "/selesai", "sari memegang tiket ini"),
        (SARI, "/blokir", "OK"),
        (SARI, "/bukablokir", "untuk membuka blokir follower perlu peran supervisor"),
        (AGUS, "/ambilalih", "alasan perlu diisi untuk mengambil alih tiket"),
        (AGUS, "/bukablokir", "OK"),
        (AGUS, "/bukablokir", "Ani tidak sedang diblokir"),
        (SARI, "/janji nanti teknisi", "“nanti” bukan waktu; tulis waktu seperti “16:00”"),
        (SARI, "/terbang", "Perintah itu tidak dikenal dan tidak dikirim. Yang ada: /ambil"),
        (SARI, "/hapus", "Balas pesan Anda sendiri dengan /hapus untuk menariknya dari follower."),
        (SARI, "/langgar refund 5jt tertahan", "Langkah di luar SOP dicatat dan ditinjau. refund 5jt"),
        (SARI, "Kartu 4111 1111 1111 1111 ya", "memuat nomor kartu pembayaran; teksnya tidak terkirim"),
        (SARI, GUARDED, "Belum terkirim: “baca dong” terbaca marah atau menghina.\n\nYang akan"),
        (SARI, "Teknisi datang besok ya Kak.", "Saran: menyebut waktu; catat sebagai janji supaya Anda"),
    ),
    "en": (
        (OTHER, "Saya saja yang jawab.", "Not sent: sari holds the conversation; your text was not sent."),
        (OTHER, "/selesai", "sari holds the ticket"),
        (SARI, "/blokir", "OK"),
        (SARI, "/bukablokir", "unblock takes a supervisor"),
        (AGUS, "/ambilalih", "take_over needs a reason"),
        (AGUS, "/bukablokir", "OK"),
        (AGUS, "/bukablokir", "Ani is not blocked"),
        (SARI, "/janji nanti teknisi", '"nanti" is no time; write a time such as "16:00"'),
        (SARI, "/terbang", "There is no such command, and it was not sent. There are: /ambil"),
        (SARI, "/hapus", "Reply with /unsend to a message of your own to take it back from the follower."),
        (SARI, "/langgar refund 5jt tertahan", "An override is on record and is reviewed. refund 5jt"),
        (SARI, "Kartu 4111 1111 1111 1111 ya", "it holds a payment card's number; the text was not sent"),
        (SARI, GUARDED, 'Not sent yet: "baca dong" reads as anger or an insult.\n\nThe follower would read:'),
        (SARI, "Teknisi datang besok ya Kak.", "A hint: it names a time; put it on record as a promise,"),
    ),
}  # fmt: skip
CHANGED = {
    "id": "Perubahan ini tidak sampai ke follower: “baca dong” terbaca marah atau menghina. Kalau memang",
    "en": 'This change does not reach the follower: "baca dong" reads as anger or an insult. If you mean',
}
MINE = {"id": "tiket ini sudah Anda pegang", "en": "you hold the ticket already"}
NO_DECISION = {"id": "tidak ada permintaan 9", "en": "there is no request 9"}


async def under(stage: Stage, thread: int, who: int, text: str) -> str:
    """Let somebody write in a topic, and return what stands under it then, or "OK" where it was done."""
    number = stage.api.says_in(STAFF_GROUP, who, text, thread=thread)

    def told() -> list[str]:
        beneath = [one.text for one in stage.api.in_topic(STAFF_GROUP, thread) if one.reply_to == number]
        return beneath or ["OK"] * bool(stage.api.reactions.get((STAFF_GROUP, number)))

    await stage.until(told)
    return told()[0]


@pytest.mark.parametrize("language", TOLD)
def test_why_staff_are_refused_is_said_in_the_language_of_the_brand(tmp_path: Path, language: str) -> None:
    async def scene() -> None:
        async with staged(tmp_path, group=True, starts=False) as stage:
            stage.service.brand = replace(stage.service.brand, language=language)
            await stage.start()
            stage.api.person(OTHER, "Budi")
            await stage.add_staff("budi", OTHER)
            stage.api.says(ANI, COMPLAINT)
            await stage.until(lambda: [one for one in stage.api.sent if one.copy_of])
            thread = stage.api.topic_named(STAFF_GROUP, "Ani")
            assert await under(stage, thread, SARI, "/ambil") == "OK"
            assert await under(stage, thread, SARI, "/ambil") == MINE[language]
            for who, text, expected in TOLD[language]:
                assert expected in await under(stage, thread, who, text), text
            number = stage.api.says_in(STAFF_GROUP, SARI, "Sedang saya cek.", thread=thread)
            await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Sedang saya cek.")
            stage.api.edits(SARI, number, GUARDED, chat=STAFF_GROUP, message_thread_id=thread)
            await stage.until(
                lambda: any(CHANGED[language] in one.text for one in stage.api.in_topic(STAFF_GROUP, thread))
            )
            stage.api.says(AGUS, "/setuju 9")
            await stage.until(lambda: any(NO_DECISION[language] in text for text in stage.api.texts_to(AGUS)))

    asyncio.run(scene())
