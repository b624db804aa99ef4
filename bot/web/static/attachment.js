// The one file that goes with a message: chosen, dropped or pasted, shown by its name, taken away again.

export class Attachment {
  // `input` is null where no file is taken. `complain` is told what is wrong, or "" when nothing is any more.
  constructor(input, place, complain) {
    this.input = input;
    this.place = place;
    this.complain = complain;
    if (!input) return;
    input.addEventListener("change", () => this.changed());
    const form = input.form;
    form.addEventListener("paste", (event) => this.given(event, event.clipboardData));
    form.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    form.addEventListener("drop", (event) => this.given(event, event.dataTransfer));
    this.shown();
  }

  given(event, { files }) {
    if (!files.length) return;
    event.preventDefault();
    this.input.files = files;
    this.changed();
  }

  changed() {
    this.complain("");
    this.shown();
  }

  // A copy of what is chosen, to be put back by `set` where it did not arrive.
  take() {
    const copy = new DataTransfer();
    for (const file of this.input?.files ?? []) copy.items.add(file);
    return copy.files;
  }

  set(files) {
    if (!this.input) return;
    if (files?.length) this.input.files = files;
    else this.input.value = "";
    this.shown();
  }

  // One too large is not sent in vain: it would be refused after all of it had travelled.
  shown() {
    const file = this.input.files[0];
    const { largest, tooLarge } = this.input.dataset;
    if (file && file.size > Number(largest)) {
      this.input.value = "";
      this.place.replaceChildren();
      return this.complain(tooLarge);
    }
    if (!file) return this.place.replaceChildren();
    const name = document.createElement("b");
    name.dir = "auto";
    name.textContent = file.name;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.title = this.place.dataset.remove;
    button.setAttribute("aria-label", `${this.place.dataset.remove}: ${file.name}`);
    button.addEventListener("click", () => {
      this.set(null);
      this.input.focus();
    });
    this.place.replaceChildren(name, button);
  }
}
