import { TextInput } from "@mantine/core";
import { useState } from "react";
import { putCompany } from "../api";
import { useConfig } from "../config";
import { text } from "../parts/clean";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { LanguageSelect } from "../parts/LanguageSelect";
import { Section } from "../parts/Section";
import { type Editor, useEditor } from "../parts/useEditor";
import type { CompanyFile } from "../types";
import { Download } from "./Download";
import { Upload } from "./Upload";

interface Company {
  name: string;
  locale?: string;
}

const of = (file: CompanyFile): Company => ({ name: file.name, locale: file.locale });

const clean = (company: Company): Company => ({
  name: company.name.trim(),
  locale: text(company.locale),
});

export function CompanyPage() {
  const [round, setRound] = useState(0);
  const again = () => setRound((n) => n + 1);
  return <CompanyEditor key={round} onReload={again} />;
}

function CompanyEditor({ onReload }: { onReload: () => void }) {
  const { file } = useConfig();
  const editor = useEditor<Company>({
    name: "the company",
    root: "",
    initial: of(file),
    current: of,
    clean,
    put: (body, { file: read, ...options }) =>
      putCompany({ ...read, name: body.name, locale: body.locale }, options),
  });
  return (
    <EditorPage
      editor={editor}
      title="Company"
      lead="What belongs to no workstream, and the whole configuration as one file."
      onReload={onReload}
    >
      <Section title="Company" help="Customers see the name where a widget has no title.">
        <Fields editor={editor} />
      </Section>
      <Section
        title="Download"
        help="Everything in this console as one file: to keep, to compare, or for another server. Secrets are not in it; an agent without one keeps theirs."
      >
        <Download />
      </Section>
      <Section
        title="Upload"
        help="Makes the company equal to a file: what the file does not name is removed; only agents stay, unless you say otherwise. It is shown first, and does everything or nothing."
      >
        <Upload onApplied={onReload} />
      </Section>
    </EditorPage>
  );
}

function Fields({ editor }: { editor: Editor<Company> }) {
  const field = useFields();
  const { draft, set } = editor;
  return (
    <>
      <TextInput
        label="Name"
        required
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        {...field("name")}
      />
      <LanguageSelect
        label="Language"
        description="For customers who speak none that texts exist in."
        placeholder="en"
        value={draft.locale}
        onChange={(locale) => set({ locale })}
        place="locale"
      />
    </>
  );
}
