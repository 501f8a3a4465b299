"""Every reason why a file or a row is not taken has words."""

from bot.domain.imports import FileFault, RefusalReason
from bot.views.import_faults import file_fault_text, row_fault_text


def test_every_fault_of_a_file_and_of_a_row_has_words() -> None:
    files = [file_fault_text(fault, line=7, detail="pos") for fault in FileFault]
    rows = [row_fault_text(reason) for reason in RefusalReason]
    assert len(set(files)) == len(FileFault)
    assert all("строке 7" in text for text in files)
    assert len(set(rows)) == len(RefusalReason)
    assert "ПОС" in file_fault_text(FileFault.OTHER_SYSTEM, detail="pos")
    assert "Мытищи" in file_fault_text(FileFault.OTHER_MUNICIPALITY, detail="Мытищи")
