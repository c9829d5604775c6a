import { Autocomplete } from "@mantine/core";
import type { ReactNode } from "react";
import { useFields } from "./fields";
import { LANGUAGES, languageName } from "./languages";

/** A language tag, chosen or typed. */
export function LanguageSelect(props: {
  label: string;
  description?: ReactNode;
  placeholder?: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  place: string;
}) {
  const field = useFields();
  return (
    <Autocomplete
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      data={LANGUAGES.map((each) => each.value)}
      renderOption={({ option }) => languageName(option.value)}
      filter={({ options, search }) => {
        const query = search.trim().toLowerCase();
        return options.filter(
          (each) => "value" in each && languageName(each.value).toLowerCase().includes(query),
        );
      }}
      value={props.value ?? ""}
      onChange={(value) => props.onChange(value || undefined)}
      maxDropdownHeight={240}
      {...field(props.place)}
    />
  );
}
